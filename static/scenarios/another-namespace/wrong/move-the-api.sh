# fails: api-stays
kubectl delete -n shop -f numbers/api.yaml
kubectl apply -f numbers/api.yaml -f numbers/api-service.yaml
