# fails: page
# says: no reply
curl -s -m 3 http://203.0.113.10/
kubectl rollout restart deployment numbers-web
kubectl rollout status deployment numbers-web
