sed -i 's,//number-api,//numbers-api,' web.yaml
kubectl apply -f web.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
