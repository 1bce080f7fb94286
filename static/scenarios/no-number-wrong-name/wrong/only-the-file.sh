# fails: number
sed -i 's,//number-api,//numbers-api,' web.yaml
