kubectl apply -f numbers-services/api-service-externalName.yaml
