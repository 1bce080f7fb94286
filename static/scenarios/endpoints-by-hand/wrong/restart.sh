# fails: number
kubectl rollout restart deployment numbers-api numbers-web
kubectl rollout status deployment numbers-web
