# fails: page
sed -i 's/app: numbers-web/app: numbers-api/' numbers/web-service.yaml
kubectl apply -f numbers/web-service.yaml
