kubectl port-forward deploy/numbers-web 9090:80 &
sleep 1
curl -s http://localhost:9090/ | grep h1
kubectl delete pod -l app=numbers-web
kubectl wait --for=condition=Ready pod -l app=numbers-web
curl -s -m 3 http://localhost:9090/ || echo nobody there
curl -s http://localhost:8080/ | grep h1
