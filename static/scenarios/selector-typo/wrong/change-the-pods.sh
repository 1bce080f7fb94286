# fails: pods-untouched
kubectl delete deployment numbers-api
sed -i 's/app: numbers-api/app: number-api/' numbers/api.yaml
kubectl apply -f numbers/api.yaml
