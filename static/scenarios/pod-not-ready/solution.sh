sed -i 's,/ready,/health,' api.yaml
kubectl apply -f api.yaml
