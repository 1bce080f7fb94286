sed -i 's/:does-not-exist//' api.yaml
kubectl apply -f api.yaml
kubectl wait --for=condition=Available deployment/numbers-api
