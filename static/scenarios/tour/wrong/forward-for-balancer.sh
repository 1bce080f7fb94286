# fails: outside
# says: localhost
cd ch03
kubectl apply -f numbers/api.yaml -f numbers/web.yaml -f numbers/api-service.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
kubectl expose deployment numbers-web --port 8080 --target-port 80
