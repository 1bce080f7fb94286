# fails: number
sed -i 's/raw.githubusercontent.com/raw.githubusercontent.invalid/' numbers-services/api-service-externalName.yaml
kubectl apply -f numbers-services/api-service-externalName.yaml
