sed -i 's/app: number-api/app: numbers-api/' api-service.yaml
kubectl apply -f api-service.yaml
