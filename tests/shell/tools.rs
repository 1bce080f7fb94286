//! The tools of pods, of the workstation and of nodes, in the words of the programs they stand for.

use super::{prepare, run, session};

/// A pod that serves, one with BusyBox, one with the tools of a network person.
fn network() -> cluster_playground::shell::Session {
    let mut session = session(&[]);
    prepare(
        &mut session,
        &[
            "kubectl run web --image=nginx --labels=app=web",
            "kubectl run box --image=busybox -- sleep infinity",
            "kubectl run net --image=nicolaka/netshoot -- sleep infinity",
            "kubectl expose pod web --port 80",
            "kubectl create service clusterip empty --tcp=80",
            "kubectl wait --for=condition=Ready pod --all",
            // Endpoints and rules follow a ready pod after a moment.
            "sleep 1",
            "ip=$(kubectl get svc web -o jsonpath='{.spec.clusterIP}')",
            "pod=$(kubectl get pod web -o jsonpath='{.status.podIP}')",
        ],
    );
    session
}

#[test]
fn wget_speaks_as_busybox_and_as_gnu() {
    let mut session = network();
    for (line, out, err, exit) in [
        ("kubectl exec box -- wget -qO- http://web/ | grep -c Welcome", "2\n", "", 0),
        ("kubectl exec box -- wget -q --spider http://web/", "", "", 0),
        (
            "kubectl exec box -- wget -O- http://nosuch/",
            "",
            "wget: bad address 'nosuch'\ncommand terminated with exit code 1\n",
            1,
        ),
        (
            "kubectl exec box -- wget -q -O- http://web/nope",
            "",
            "wget: server returned error: HTTP/1.1 404 Not Found\ncommand terminated with exit code 1\n",
            1,
        ),
        (
            "kubectl exec box -- wget -q -T 2 -O- http://web:81/",
            "",
            "wget: download timed out\ncommand terminated with exit code 1\n",
            1,
        ),
        ("wget -q http://nosuch.invalid/", "", "", 4),
        (
            "wget",
            "",
            "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
            1,
        ),
    ] {
        assert_eq!(run(&mut session, line), (out.to_owned(), err.to_owned(), exit), "{line}");
    }
    let (_, err, _) = run(&mut session, "kubectl exec box -- wget -O- http://web/");
    let bar = "-                    100% |********************************|";
    assert!(
        err.contains("writing to stdout\n") && err.contains(bar) && err.ends_with("written to stdout\n"),
        "{err}"
    );
    let (_, err, exit) = run(&mut session, "wget -O- http://example.com/ > /dev/null");
    assert!(err.contains("Resolving example.com (example.com)... 93.184.215.14\n"), "{err}");
    assert!(err.contains("HTTP request sent, awaiting response... 200 OK\n") && exit == 0, "{err}");
}

#[test]
fn nc_tells_open_from_closed_from_silent() {
    let mut session = network();
    for (line, err, exit) in [
        ("kubectl exec net -- nc -zv web 80", "Connection to web (IP) 80 port [tcp/http] succeeded!\n", 0),
        (
            "kubectl exec net -- nc -zv empty 80",
            "nc: connect to empty (IP) port 80 (tcp) failed: Connection refused\ncommand terminated with exit code 1\n",
            1,
        ),
        (
            "kubectl exec net -- nc -zv -w 2 web 81",
            "nc: connect to web (IP) port 81 (tcp) timed out: Operation now in progress\ncommand terminated with exit code 1\n",
            1,
        ),
        (
            "kubectl exec net -- nc -zv nosuch 80",
            "nc: getaddrinfo for host \"nosuch\" port 80: Name does not resolve\ncommand terminated with exit code 1\n",
            1,
        ),
        ("kubectl exec box -- nc -zv web 80", "web (IP:80) open\n", 0),
        ("kubectl exec box -- nc -z empty 80", "command terminated with exit code 1\n", 1),
    ] {
        let (out, found, status) = run(&mut session, line);
        let addresses = regex_addresses(&found);
        assert_eq!((out.as_str(), addresses.as_str(), status), ("", err, exit), "{line}");
    }
    let (out, _, exit) = run(
        &mut session,
        "kubectl exec box -- sh -c 'printf \"GET / HTTP/1.0\\r\\n\\r\\n\" | nc web 80' | head -1",
    );
    assert_eq!((out.trim_end(), exit), ("HTTP/1.1 200 OK", 0));
}

/// A text in which addresses stand as `IP`.
fn regex_addresses(text: &str) -> String {
    let mut words = String::new();
    for piece in text.split_inclusive(['(', ')', ':', ' ', '\n']) {
        let bare = piece.trim_end_matches(['(', ')', ':', ' ', '\n']);
        let is = bare.parse::<std::net::Ipv4Addr>().is_ok();
        words += &if is { piece.replace(bare, "IP") } else { piece.to_owned() };
    }
    words
}

#[test]
fn a_pod_sees_its_own_interfaces_and_sockets() {
    let mut session = network();
    for (line, part) in [
        ("kubectl exec box -- ip addr", "inet 10.1.0."),
        ("kubectl exec box -- ip route", "default via 10.1.0.1 dev eth0"),
        ("kubectl exec net -- ip -br addr", "eth0@if"),
        ("kubectl exec net -- ip route get 10.96.0.1", "10.96.0.1 via 10.1.0.1 dev eth0 src 10.1."),
        ("kubectl exec box -- route -n", "0.0.0.0         10.1.0.1        0.0.0.0         UG"),
        ("kubectl debug web --image=busybox -it -- netstat -tln", "0.0.0.0:80"),
        ("kubectl exec box -- traceroute $pod", " 1  10.1."),
    ] {
        let (out, err, exit) = run(&mut session, line);
        assert!(exit == 0 && out.contains(part), "{line}\n{out}{err}");
    }
    let (_, err, exit) = run(&mut session, "kubectl exec box -- ip link set eth0 down");
    assert!(exit == 2 && err.starts_with("ip: RTNETLINK answers: Operation not permitted\n"), "{err}");
}

#[test]
fn a_node_shows_the_rules_packets_met() {
    let mut session = network();
    prepare(&mut session, &["kubectl exec net -- curl -s http://web/"]);
    for (line, part) in [
        ("ssh docker-desktop iptables-save -t nat", "-A KUBE-SERVICES -d "),
        (
            "docker exec docker-desktop iptables -t nat -nL KUBE-SERVICES",
            "/* default/web cluster IP */ tcp dpt:80",
        ),
        ("docker exec docker-desktop iptables -t nat -S KUBE-NODEPORTS", "-N KUBE-NODEPORTS"),
        ("ssh docker-desktop conntrack -L -p tcp", "dport=80 src="),
        ("ssh docker-desktop ip route", "10.1.0.0/16 dev cni0 proto kernel scope link src 10.1.0.1"),
        ("docker exec docker-desktop crictl ps", "nginx"),
        ("kubectl -n kube-system exec ds/kube-proxy -- iptables-save", "*nat"),
    ] {
        let (out, err, exit) = run(&mut session, line);
        assert!(exit == 0 && out.contains(part), "{line}\n{out}{err}");
    }
    let (_, err, exit) = run(&mut session, "ssh nowhere uptime");
    assert!(exit == 255 && err.starts_with("ssh: Could not resolve hostname nowhere"), "{err}");
    let (_, err, exit) = run(&mut session, "kubectl exec net -- iptables-save");
    assert!(exit == 4 && err.contains("Permission denied (you must be root)"), "{err}");
}

#[test]
fn jq_reads_what_kubectl_writes() {
    let mut session = network();
    for (filter, expected) in [
        ("-r '.items[].metadata.name'", "box\nnet\nweb\n"),
        ("'.items | length'", "3\n"),
        ("-c '[.items[] | select(.spec.containers[0].image==\"nginx\") | .metadata.name]'", "[\"web\"]\n"),
        (
            "-c '.items[0] | {name: .metadata.name, image: .spec.containers[0].image}'",
            "{\"name\":\"box\",\"image\":\"busybox\"}\n",
        ),
        ("-r '.items[] | \"\\(.metadata.name)=\\(.status.phase)\"' | head -1", "box=Running\n"),
        ("-r '.items | map(.metadata.name) | join(\",\")'", "box,net,web\n"),
        ("-r '.items[2].metadata.labels | to_entries[] | .key + \":\" + .value'", "app:web\n"),
        ("'.items[0].status.nope // \"none\"'", "\"none\"\n"),
        ("-c '.items | group_by(.spec.nodeName) | map(length)'", "[3]\n"),
        ("-c '.items[2].metadata.labels | .app = \"x\" | del(.nope)'", "{\"app\":\"x\"}\n"),
    ] {
        let (out, err, exit) = run(&mut session, &format!("kubectl get pods -o json | jq {filter}"));
        assert_eq!((out.as_str(), exit), (expected, 0), "{filter}\n{err}");
    }
    for (line, err, exit) in [
        ("echo '{}' | jq '.a[]'", "jq: error (at <stdin>:1): Cannot iterate over null (null)\n", 5),
        ("echo '[1' | jq .", "parse error: Unfinished JSON term at EOF at line 2, column 0\n", 2),
        (
            "echo '{}' | jq nope",
            "jq: error: nope/0 is not defined at <top-level>, line 1:\nnope\njq: 1 compile error\n",
            3,
        ),
    ] {
        assert_eq!(run(&mut session, line), (String::new(), err.to_owned(), exit), "{line}");
    }
}

#[test]
fn a_server_sees_who_asks() {
    let mut session = session(&[]);
    prepare(
        &mut session,
        &[
            "kubectl create deployment echo --image=registry.k8s.io/e2e-test-images/agnhost:2.53 -- /agnhost netexec --http-port=8080",
            "kubectl expose deployment echo --port=80 --target-port=8080 --type=NodePort",
            "kubectl run web --image=nginx",
            "kubectl run box --image=busybox -- sleep infinity",
            "kubectl wait --for=condition=Ready pod --all",
            "sleep 1",
            "port=$(kubectl get svc echo -o jsonpath='{.spec.ports[0].nodePort}')",
        ],
    );
    let seen = |session: &mut _, line: &str| {
        let (out, _, _) = run(session, line);
        out.split(':').next().unwrap_or_default().to_owned()
    };
    let pod = run(&mut session, "kubectl get pod box -o jsonpath='{.status.podIP}'").0;
    // From a pod: its own address. From outside: the node's, unless the Service asks for its pods' own node only.
    assert_eq!(seen(&mut session, "kubectl exec box -- wget -qO- http://echo/clientip"), pod);
    let outside = "curl -s http://localhost:$port/clientip";
    assert_eq!(seen(&mut session, outside), "10.1.0.1");
    prepare(
        &mut session,
        &["kubectl patch svc echo -p '{\"spec\":{\"externalTrafficPolicy\":\"Local\"}}'", "sleep 1"],
    );
    assert_eq!(seen(&mut session, outside), "192.168.65.1");
    run(
        &mut session,
        "kubectl exec box -- wget -qO- http://$(kubectl get pod web -o jsonpath='{.status.podIP}')/",
    );
    let (log, _, _) = run(&mut session, "kubectl logs web --tail=1");
    assert!(log.starts_with(&format!("{pod} - - [")), "{log}");
    assert!(log.ends_with("\"GET / HTTP/1.1\" 200 121 \"-\" \"Wget\" \"-\"\n"), "{log}");
}
