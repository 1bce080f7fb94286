# fails: number
kubectl exec deploy/sleep-1 -- curl -s -m 3 http://numbers-api.default/rng
kubectl set env deployment/numbers-web RngApi__Url=http://numbers-api.default.svc.cluster.local/rng
kubectl rollout status deployment numbers-web
