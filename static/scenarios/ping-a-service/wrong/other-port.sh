# fails: port-answers
# says: 8080
kubectl exec deploy/sleep-1 -- ping -c 1 numbers-api
kubectl exec deploy/sleep-1 -- curl -s -m 2 http://numbers-api:8080/rng
