sed -i 's/replicas: 1/replicas: 3/' web.yaml
kubectl apply -f web.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
