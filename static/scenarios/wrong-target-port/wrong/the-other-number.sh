# fails: page
sed -i 's/- port: 8080/- port: 80/' web-service.yaml
kubectl apply -f web-service.yaml
