# fails: v2-only
# says: version=v1
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: lab-numbers-api
spec:
  selector:
    app: lab-numbers-api
  ports:
    - port: 80
---
apiVersion: v1
kind: Service
metadata:
  name: lab-numbers-web
spec:
  type: LoadBalancer
  selector:
    app: lab-numbers-web
  ports:
    - port: 8088
      targetPort: 80
YAML
