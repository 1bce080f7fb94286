# fails: pinged
kubectl delete service sleep-2
sed -i -e 's/^spec:/spec:\n  clusterIP: None/' -e 's/app: sleep-2/app: sleep/' service.yaml
kubectl apply -f service.yaml
