# fails: new-answers
OLD=$(kubectl get pod -l app=sleep-2 -o jsonpath='{.items[0].status.podIP}')
kubectl delete pod -l app=sleep-2
kubectl exec deploy/sleep-1 -- ping -c 1 -W 2 $OLD
