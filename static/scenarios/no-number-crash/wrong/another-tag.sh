# fails: number
sed -i 's/:does-not-exist/:missing/' api.yaml
kubectl apply -f api.yaml
