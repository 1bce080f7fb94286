kubectl delete service sleep-2
sed -i 's/^spec:/spec:\n  clusterIP: None/' service.yaml
kubectl apply -f service.yaml
