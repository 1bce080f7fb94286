kubectl apply -f sleep/sleep2-service.yaml
