# fails: endpoint
# says: 0 ready endpoints
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: sleep-2
spec:
  selector:
    app: sleep2
  ports:
    - port: 80
YAML
