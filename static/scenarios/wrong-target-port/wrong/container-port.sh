# fails: app-untouched
sed -i 's/containerPort: 80/containerPort: 8080/' numbers/web.yaml
kubectl apply -f numbers/web.yaml
