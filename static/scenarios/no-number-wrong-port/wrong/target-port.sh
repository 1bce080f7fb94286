# fails: number
sed -i 's/targetPort: 80/targetPort: 8080/' api-service.yaml
kubectl apply -f api-service.yaml
