# fails: number
sed -i 's,http://numbers-api/,http://shop.numbers-api/,' web.yaml
kubectl apply -f web.yaml
