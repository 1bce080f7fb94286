# fails: number
kubectl delete service numbers-web
kubectl apply -f numbers/web-service.yaml
