kubectl create namespace shop
kubectl create deployment web -n shop --image=nginx --replicas=5 --port=80
kubectl expose deployment web -n shop --type=NodePort --session-affinity=ClientIP
kubectl rollout status deployment/web -n shop
kubectl set image deployment/web nginx=nginx:doesnotexist -n shop
sleep 20
kubectl get pods -n shop -o wide
for i in 1 2 3 4 5 6; do kubectl exec -n shop deploy/web -- curl -s web; done
kubectl rollout undo deployment/web -n shop
kubectl delete pod -n shop -l app=web --wait=false
kubectl exec deploy/nothing -- true
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
END
sleep 30
kubectl describe deployment web -n shop
kubectl get events -n shop
kubectl exec -n shop deploy/web -- curl -s -m 3 web
