kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml
kubectl wait --for=condition=Ready pod -l app=sleep-1
kubectl wait --for=condition=Ready pod -l app=sleep-2
kubectl exec deploy/sleep-1 -- ping -c 2 $(kubectl get pod -l app=sleep-2 -o jsonpath='{.items[0].status.podIP}')
