# fails: number
# says: Here it is
cd ch03
kubectl apply -f numbers/api.yaml -f numbers/web.yaml
kubectl wait --for=condition=Ready pod -l app=numbers-web
kubectl port-forward deploy/numbers-web 8080:80 &
sleep 1
curl -s -X POST http://localhost:8080/ | grep '<p>'
