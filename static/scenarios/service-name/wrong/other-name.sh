# fails: name
# says: sleep-2
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: sleep-two
spec:
  selector:
    app: sleep-2
  ports:
    - port: 80
YAML
