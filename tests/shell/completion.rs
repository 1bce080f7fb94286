//! What Tab offers.

use super::{prepare, session};

#[test]
fn tab_knows_commands_objects_flags_and_files() {
    let mut session = session(&[("shop/web.yaml", "kind: Pod"), ("notes.txt", "")]);
    prepare(
        &mut session,
        &[
            "kubectl create deployment web --image=nginx",
            "kubectl create namespace shop",
            "kubectl create configmap settings --from-literal=a=b -n shop",
            "kubectl run two --image=nginx --labels=app=two",
            "kubectl expose pod two --port 80",
            "alias k=kubectl",
            "GREETING=hello",
        ],
    );
    for (line, expected) in [
        ("kubec", &["kubectl"][..]),
        ("kubectl desc", &["describe"]),
        ("kubectl config use-", &["use-context"]),
        ("kubectl get deplo", &["deployments"]),
        ("kubectl get pods,serv", &["services", "serviceaccounts", "servicecidrs"]),
        ("kubectl get deploy w", &["web"]),
        ("kubectl get deployment/w", &["web"]),
        ("kubectl get -n shop cm s", &["settings"]),
        ("kubectl get cm -n sh", &["shop"]),
        ("kubectl get cm --namespace=sh", &["shop"]),
        ("kubectl logs tw", &["two"]),
        ("kubectl logs two -c ", &["two"]),
        ("kubectl port-forward two 8", &[]),
        ("kubectl port-forward svc/two ", &["80"]),
        ("kubectl get pods -o js", &["json", "jsonpath=", "jsonpath-as-json=", "jsonpath-file="]),
        ("kubectl get pods --show-l", &["--show-labels"]),
        ("kubectl apply -f sh", &["shop/"]),
        ("kubectl apply -f shop/", &["shop/web.yaml"]),
        ("kubectl rollout restart deployment ", &["web"]),
        ("kubectl drain do", &["docker-desktop"]),
        ("kubectl explain pod.spec.contai", &["pod.spec.containers"]),
        ("kubectl exec two -- ", &[]),
        ("k get svc t", &["two"]),
        ("echo $(kubectl get svc t", &["two"]),
        ("kubectl get pods | gre", &["grep"]),
        ("cat no", &["notes.txt"]),
        ("cd s", &["shop/"]),
        ("echo $GREE", &["$GREETING"]),
        ("ssh do", &["docker-desktop"]),
    ] {
        let mut found = session.complete(0, line, line.chars().count()).candidates;
        found.sort();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn tab_writes_what_all_candidates_share() {
    let session = session(&[("web-one.yaml", ""), ("web-two.yaml", "")]);
    for (line, cursor, expected) in [
        ("kubectl apply -f w", 18, Some(("kubectl apply -f web-", 21))),
        ("kubectl apply -f web-o", 22, Some(("kubectl apply -f web-one.yaml ", 30))),
        ("kubectl desc pods", 12, Some(("kubectl describe pods", 16))),
        ("kubectl get nothing-like-it", 27, None),
        ("", 0, None),
    ] {
        let completion = session.complete(0, line, cursor);
        let applied = completion.applied(line, cursor);
        assert_eq!(applied.as_ref().map(|(line, at)| (line.as_str(), *at)), expected, "{line}");
    }
}
