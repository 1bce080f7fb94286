# fails: page
sed -i 's/targetPort: 80/targetPort: 81/' numbers/web-service-nodePort.yaml
kubectl apply -f numbers/web-service-nodePort.yaml
