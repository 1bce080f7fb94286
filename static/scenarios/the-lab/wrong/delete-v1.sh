# fails: v1-untouched
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
    version: v2
  ports:
    - port: 8088
      targetPort: 80
YAML
kubectl delete deployment lab-numbers-web
