# fails: dns-untouched
# says: coredns
kubectl rollout restart deployment coredns -n kube-system
kubectl rollout status deployment coredns -n kube-system
