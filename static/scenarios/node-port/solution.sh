kubectl apply -f numbers/web-service-nodePort.yaml
