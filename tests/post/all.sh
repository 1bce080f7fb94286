kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml
kubectl wait --for=condition=Ready pod -l app=sleep-2
kubectl get pod -l app=sleep-2 --output jsonpath='{.items[0].status.podIP}'
kubectl exec deploy/sleep-1 -- ping -c 2 $(kubectl get pod -l app=sleep-2 --output jsonpath='{.items[0].status.podIP}')
kubectl delete pods -l app=sleep-2
kubectl get pod -l app=sleep-2 --output jsonpath='{.items[0].status.podIP}'
kubectl apply -f sleep/sleep2-service.yaml
kubectl get svc sleep-2
kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2
kubectl apply -f numbers/api.yaml -f numbers/web.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
kubectl exec deploy/sleep-1 -- nslookup numbers-api
kubectl apply -f numbers/web-service.yaml
kubectl get svc numbers-web
kubectl get svc numbers-web -o jsonpath='http://{.status.loadBalancer.ingress[0].*}:8080'
curl -s -X POST http://localhost:8080
kubectl apply -f numbers/api-service.yaml
kubectl get svc numbers-api
curl -s -X POST http://localhost:8080
kubectl exec deploy/sleep-1 -- curl -s http://numbers-api/rng
kubectl delete -f numbers/api.yaml
curl -s -X POST http://localhost:8080
