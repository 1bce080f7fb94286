# fails: name
kubectl delete pod -n kube-system -l k8s-app=kube-dns
