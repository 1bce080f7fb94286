sed -i 's/port: 8080/port: 80/' api-service.yaml
kubectl apply -f api-service.yaml
