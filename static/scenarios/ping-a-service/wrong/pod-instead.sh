# fails: ping-lost
kubectl exec deploy/sleep-1 -- ping -c 1 $(kubectl get pod -l app=numbers-api -o jsonpath='{.items[0].status.podIP}')
