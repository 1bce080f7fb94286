sed -i 's/targetPort: 8080/targetPort: 80/' web-service.yaml
kubectl apply -f web-service.yaml
