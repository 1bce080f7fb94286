# fails: three-carts
# says: 1 ready endpoint
kubectl exec deploy/sleep-1 -- curl -s http://cart/hostname
kubectl scale deployment cart --replicas=1
