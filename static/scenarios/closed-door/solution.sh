curl -s -m 3 http://203.0.113.10/ || echo silence
sed -i 's#^    - 192.0.2.0/24#    - 192.0.2.0/24\n    - 198.51.100.0/24#' web-service.yaml
kubectl apply -f web-service.yaml
