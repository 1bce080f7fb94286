# fails: number
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: number-api
spec:
  selector:
    app: numbers-api
  ports:
    - port: 80
YAML
