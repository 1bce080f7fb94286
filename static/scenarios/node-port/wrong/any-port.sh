# fails: page
sed -i '/nodePort/d' numbers/web-service-nodePort.yaml
kubectl apply -f numbers/web-service-nodePort.yaml
