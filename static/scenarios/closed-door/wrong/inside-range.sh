# fails: page
curl -s -m 3 http://203.0.113.10/
sed -i 's#^    - 192.0.2.0/24#    - 192.0.2.0/24\n    - 10.0.0.0/8#' web-service.yaml
kubectl apply -f web-service.yaml
