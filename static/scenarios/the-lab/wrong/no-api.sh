# fails: number
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: lab-numbers-web
spec:
  type: LoadBalancer
  selector:
    app: lab-numbers-web
    version: v2
  ports:
    - port: 8088
      targetPort: 80
YAML
