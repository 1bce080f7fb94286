# fails: number
IP=$(kubectl get pod -l app=numbers-api -o jsonpath='{.items[0].status.podIP}')
sed -i -e "s/192.168.123.234/$IP/" -e 's/- port: 80/- port: 8080/' numbers-services/api-service-headless.yaml
kubectl apply -f numbers-services/api-service-headless.yaml
