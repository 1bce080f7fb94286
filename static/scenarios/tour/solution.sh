git clone https://github.com/sixeyed/kiamol
cd ch03
kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml
kubectl wait --for=condition=Ready pod -l app=sleep-2
kubectl exec deploy/sleep-1 -- ping -c 2 $(kubectl get pod -l app=sleep-2 --output jsonpath='{.items[0].status.podIP}')
kubectl delete pods -l app=sleep-2
kubectl apply -f sleep/sleep2-service.yaml
kubectl get svc sleep-2
kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2
kubectl apply -f numbers/api.yaml -f numbers/web.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
kubectl port-forward deploy/numbers-web 8080:80 &
sleep 1
curl -s -X POST http://localhost:8080/ | grep '<p>'
kubectl apply -f numbers/api-service.yaml
curl -s -X POST http://localhost:8080/ | grep '<p>'
kill %1
kubectl apply -f numbers/web-service.yaml
kubectl get svc numbers-web -o jsonpath='http://{.status.loadBalancer.ingress[0].*}:8080'
