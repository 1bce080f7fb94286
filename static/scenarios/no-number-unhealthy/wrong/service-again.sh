# fails: number
kubectl delete service numbers-api
kubectl apply -f numbers/api-service.yaml
