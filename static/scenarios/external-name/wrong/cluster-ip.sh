# fails: number
kubectl apply -f numbers/api-service.yaml
