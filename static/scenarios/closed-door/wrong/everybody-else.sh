# fails: still-a-door
# says: 198.51.100.0/24
curl -s -m 3 http://203.0.113.10/
sed -i 's#192.0.2.0/24#198.51.100.0/24#' web-service.yaml
kubectl apply -f web-service.yaml
