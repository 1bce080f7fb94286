# fails: by-hand
# says: spec.selector
kubectl patch service numbers-api -p '{"spec":{"selector":{"app":"numbers-api"}}}'
