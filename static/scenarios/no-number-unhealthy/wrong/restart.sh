# fails: number
# says: of 5
kubectl delete pod -l app=numbers-api
kubectl wait --for=condition=Ready pod -l app=numbers-api
