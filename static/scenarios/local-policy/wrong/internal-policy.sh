# fails: own-address
# says: masquerade
curl -s -m 3 http://203.0.113.10/hostname
kubectl patch service shop -p '{"spec":{"internalTrafficPolicy":"Local"}}'
