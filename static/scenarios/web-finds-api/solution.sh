kubectl apply -f numbers/api-service.yaml
