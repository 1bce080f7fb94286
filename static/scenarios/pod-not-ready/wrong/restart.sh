# fails: number
kubectl delete pod -l app=numbers-api
