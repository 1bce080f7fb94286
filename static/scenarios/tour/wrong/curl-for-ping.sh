# fails: vip-silent
# says: no ping to sleep-2
cd ch03
kubectl apply -f sleep/
kubectl wait --for=condition=Ready pod --all
kubectl exec deploy/sleep-1 -- curl -s -m 2 http://sleep-2/
