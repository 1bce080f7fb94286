kubectl exec deploy/sleep-1 -- ping -c 1 numbers-api
kubectl exec deploy/sleep-1 -- curl -s http://numbers-api/rng
