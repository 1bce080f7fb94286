kubectl apply -f sleep/sleep2-service.yaml
kubectl exec deploy/sleep-1 -- nslookup sleep-2
