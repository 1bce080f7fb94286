# fails: page
sed -i 's/LoadBalancer/ClusterIP/' numbers/web-service.yaml
kubectl apply -f numbers/web-service.yaml
