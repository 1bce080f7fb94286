# fails: old-is-gone
kubectl exec deploy/sleep-1 -- ping -c 1 $(kubectl get pod -l app=sleep-2 -o jsonpath='{.items[0].status.podIP}')
