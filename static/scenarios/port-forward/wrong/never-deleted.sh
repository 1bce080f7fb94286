# fails: forward-ended
# says: answered
kubectl port-forward deploy/numbers-web 9090:80 &
sleep 1
curl -s http://localhost:9090/ | grep h1
curl -s http://localhost:8080/ | grep h1
