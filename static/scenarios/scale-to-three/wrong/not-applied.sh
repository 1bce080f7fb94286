# fails: three
# says: 1 ready endpoint
sed -i 's/replicas: 1/replicas: 3/' web.yaml
