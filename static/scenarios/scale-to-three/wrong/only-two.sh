# fails: three
# says: 2 ready endpoints
sed -i 's/replicas: 1/replicas: 2/' web.yaml
kubectl apply -f web.yaml
