curl -s -m 3 http://203.0.113.10/hostname
sed -i 's/^  type: LoadBalancer/  type: LoadBalancer\n  externalTrafficPolicy: Local/' shop.yaml
kubectl apply -f shop.yaml
