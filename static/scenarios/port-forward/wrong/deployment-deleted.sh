# fails: still-there
# says: there is no
kubectl port-forward deploy/numbers-web 9090:80 &
sleep 1
curl -s http://localhost:9090/ | grep h1
kubectl delete deployment numbers-web
curl -s -m 3 http://localhost:9090/
