kubectl apply -f numbers/web-service.yaml
