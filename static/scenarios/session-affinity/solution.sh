kubectl exec deploy/sleep-1 -- curl -s http://cart/hostname
sed -i 's/^  ports:/  sessionAffinity: ClientIP\n  ports:/' cart.yaml
kubectl apply -f cart.yaml
