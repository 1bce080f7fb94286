# fails: own-address
curl -s -m 3 http://203.0.113.10/hostname
kubectl patch service shop -p '{"spec":{"externalTrafficPolicy":"Local"}}'
kubectl scale deployment shop --replicas=0
sleep 40
