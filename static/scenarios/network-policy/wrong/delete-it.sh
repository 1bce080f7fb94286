# fails: others-out
kubectl delete networkpolicy numbers-api
