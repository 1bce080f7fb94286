# fails: pinged
# says: sleep-2
kubectl apply -f sleep/
kubectl wait --for=condition=Ready pod -l app=sleep-1
kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2
