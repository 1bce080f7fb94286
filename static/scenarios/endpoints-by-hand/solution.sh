IP=$(kubectl get pod -l app=numbers-api -o jsonpath='{.items[0].status.podIP}')
sed -i "s/192.168.123.234/$IP/" numbers-services/api-service-headless.yaml
kubectl apply -f numbers-services/api-service-headless.yaml
