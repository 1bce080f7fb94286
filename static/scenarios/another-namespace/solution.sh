sed -i 's,http://numbers-api/,http://numbers-api.shop/,' web.yaml
kubectl apply -f web.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
