kubectl exec deploy/sleep-1 -- curl -s -m 3 http://numbers-api.default/rng
sed -i 's/targetPort: 8080/targetPort: 80/' api-service.yaml
kubectl apply -f api-service.yaml
