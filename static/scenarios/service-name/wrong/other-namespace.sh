# fails: name
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: other
YAML
kubectl apply -n other -f sleep/sleep2-service.yaml
