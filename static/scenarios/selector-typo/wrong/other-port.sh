# fails: number
sed -i 's/port: 80/port: 8080/' api-service.yaml
kubectl apply -f api-service.yaml
