# fails: endpoint
# says: 0 ready endpoints
sed -i 's/app: sleep-2/app: sleep/' sleep/sleep2-service.yaml
kubectl apply -f sleep/sleep2-service.yaml
