# fails: sticks
# says: pods
kubectl exec deploy/sleep-1 -- curl -s http://cart/hostname
kubectl patch service cart -p '{"spec":{"internalTrafficPolicy":"Local"}}'
