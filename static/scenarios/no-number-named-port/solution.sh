sed -i 's/targetPort: http/targetPort: api/' api-service.yaml
kubectl apply -f api-service.yaml
