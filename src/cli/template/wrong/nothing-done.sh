# fails: endpoint
# says: there is no service
kubectl get services
