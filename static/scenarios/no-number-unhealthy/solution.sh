sed -i '/env:/,$d' api.yaml
kubectl apply -f api.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-api
