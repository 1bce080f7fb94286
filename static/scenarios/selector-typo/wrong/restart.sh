# fails: number
kubectl delete pod -l app=numbers-api
kubectl delete pod -l app=numbers-web
