# fails: number
kubectl delete pod -l app=numbers-web
