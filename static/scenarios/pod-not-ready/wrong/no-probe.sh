# fails: probe-stays
sed -i '/readinessProbe/,$d' api.yaml
kubectl apply -f api.yaml
