# fails: pinged
# says: app=sleep-1
kubectl apply -f sleep/
kubectl wait --for=condition=Ready pod -l app=sleep-1
kubectl exec deploy/sleep-1 -- ping -c 1 $(kubectl get pod -l app=sleep-1 -o jsonpath='{.items[0].status.podIP}')
