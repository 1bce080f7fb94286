# fails: number
sed -i 's/targetPort: http/targetPort: web/' api-service.yaml
kubectl apply -f api-service.yaml
