sed -i 's/k8s-app: core-dns/k8s-app: kube-dns/' dns-service.yaml
kubectl apply -f dns-service.yaml
