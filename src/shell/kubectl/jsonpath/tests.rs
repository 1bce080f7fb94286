//! Table tests of the dialect.

use super::*;
use crate::api::json;

fn shop() -> Value {
    json!({
        "kind": "List",
        "n": null,
        "f": 2.50,
        "items": [
            {"kind": "None", "metadata": {"name": "127.0.0.1", "labels": {"kubernetes.io/hostname": "h1"}},
             "status": {"capacity": {"cpu": "4"}, "ready": true, "addresses": [{"type": "Legacy", "address": "127.0.0.1"}]}},
            {"kind": "None", "metadata": {"name": "127.0.0.2", "labels": {"kubernetes.io/hostname": "h2"}},
             "status": {"capacity": {"cpu": "8"}, "ready": false, "addresses": [
                {"type": "Legacy", "address": "127.0.0.2"}, {"type": "another", "address": "127.0.0.3"}]}},
        ],
        "ports": [{"name": "a", "port": 80}, {"name": "b", "port": 9090}, {"name": "c", "port": 53}, {"name": "d"}],
        "empty": [],
        "users": [{"name": "myself", "user": {}}, {"name": "e2e", "user": {"username": "admin", "password": "secret"}}],
    })
}

#[test]
fn templates_print_as_kubectl_prints_them() {
    let data = shop();
    for (template, expected) in [
        ("plain", "plain"),
        ("{range .items[*]}{.metadata.name}, {end}{.kind}", "127.0.0.1, 127.0.0.2, List"),
        (r#"{range .items[*]}{.metadata.name}{"\t"}{end}"#, "127.0.0.1\t127.0.0.2\t"),
        ("{.items[*].status.addresses[*].address}", "127.0.0.1 127.0.0.2 127.0.0.3"),
        (
            "{range .items[*]}{range .status.addresses[*]}{.address}, {end}|{end}",
            "127.0.0.1, |127.0.0.2, 127.0.0.3, |",
        ),
        ("{.items[*]['metadata.name', 'status.capacity']}", r#"127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}"#),
        (r#"{.users[?(@.name=="e2e")].user.password}"#, "secret"),
        ("{.users[?(@.name=='e2e')].user}", r#"{"password":"secret","username":"admin"}"#),
        (r"{.items[0].metadata.labels.kubernetes\.io/hostname}", "h1"),
        (r#"{.items[?(@.metadata.labels.kubernetes\.io/hostname=="h2")].kind}"#, "None"),
        ("{.items[?(@..ready==true)].metadata.name}", "127.0.0.1"),
        ("{.ports[?(@.port>60)].name}", "a b"),
        ("{.ports[?(@.port<=80)].name}", "a c"),
        ("{.ports[?(@.port!=80)].name}", "b c"),
        ("{.ports[?(@.port)].name}", "a b c"),
        ("{.ports[?(@.name=~'^[ab]$')].port}", "80 9090"),
        ("{.ports[-1].name}", "d"),
        ("{.ports[-2:].name}", "c d"),
        ("{.ports[:2].name}", "a b"),
        ("{.ports[0:4:2].name}", "a c"),
        ("{.ports[::2].name}", "a c"),
        ("{.ports[1:1].name}", ""),
        ("{.ports[0,2].name}", "a c"),
        ("{.ports[0]['name','port']}", "a 80"),
        ("{.ports[0].*}", "a 80"),
        ("{..port}", "80 9090 53"),
        ("{.items..address}", "127.0.0.1 127.0.0.2 127.0.0.3"),
        ("{$.kind}{@.kind}{.kind}{'x'}", "ListListListx"),
        ("{.f} {.n} {.items[0].status.ready}", "2.5 null true"),
        ("{.empty} {.empty[*]} {.missing.deeper}", "[]  "),
        ("{range .empty[*]}{.x}{end}done", "done"),
        ("{range .empty[*]}{range .y[*]}{.x}{end}-{end}done", "done"),
        ("{range .items}{.name}", ""),
        (r#"{"a\"b"}{'it\'s'}{"\\n"}"#, r#"a"bit's\n"#),
        ("{1}{2.50}{true}{-3}", "12.5true-3"),
        ("{.missing[0].x}", ""),
        (".items[0].kind", ".items[0].kind"),
    ] {
        let parsed = Template::parse(template).expect(template);
        assert_eq!(parsed.render(&data, Options::default()).expect(template), expected, "{template}");
    }
}

#[test]
fn mistakes_are_told_in_the_real_words() {
    let data = shop();
    for (template, expected) in [
        ("{.a", "unclosed action"),
        ("{foo()}", "unrecognized identifier foo()"),
        ("{.items[9]}", "array index out of bounds: index 9, length 2"),
        ("{.items[-9]}", "array index out of bounds: index -7, length 2"),
        ("{.items[0:9]}", "array index out of bounds: index 8, length 2"),
        ("{.ports[2:1]}", "starting index 2 is greater than ending index 1"),
        ("{.ports[0:2:0]}", "step must be > 0"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{.users[0].user[0]}", "map[string]interface {} is not array or slice"),
        (
            "{.users[1].user[?(@.x)]}",
            "map[password:secret username:admin] is not array or slice and cannot be filtered",
        ),
        ("{.items[x]}", "invalid array index x"),
        ("{.items[\"x\"]}", "invalid array index \"x\""),
        ("{.items[0", "unterminated array"),
        ("{.items[?(@.a==1", "unterminated filter"),
        ("{.items[?(@.a==1)", "unclosed array expect ]"),
        ("{.items[?(@.kind<>'x')]}", "unrecognized filter operator <>"),
        ("{.ports[?(@.port=='80')]}", "incompatible types for comparison"),
        ("{.items[?(@.metadata=='x')]}", "invalid type for comparison"),
        ("{.items[?(@.kind=='x' && @.y=='z')]}", "unrecognized character in action: U+0026 '&'"),
        ("{\"x}", "unterminated quoted string"),
        ("{end}", "not in range, nothing to end"),
        ("{....x}", "invalid multiple recursive descent"),
        ("{#}", "unrecognized character in action: U+0023 '#'"),
        ("{1.2.3}", "cannot parse number 1.2.3"),
        (r#"{"\q"}"#, r#"unquote string "\q" error invalid syntax"#),
        (
            "{.ports[?(@.port=~'x')]}",
            "regexp search only support string now but getting pattern: \"x\", data: 80",
        ),
    ] {
        let found = Template::parse(template).and_then(|parsed| parsed.render(&data, Options::default()));
        assert_eq!(found, Err(expected.to_owned()), "{template}");
    }
    let strict = Options { allow_missing: false, as_json: false };
    let parsed = Template::parse("{.a.b}").expect("well-formed");
    assert_eq!(parsed.render(&data, strict), Err("a is not found".into()));
}

#[test]
fn paths_may_be_written_loosely() {
    for (path, expected) in [
        ("metadata.name", Some("{.metadata.name}")),
        (".metadata.name", Some("{.metadata.name}")),
        ("{metadata.name}", Some("{.metadata.name}")),
        ("{.metadata.name}", Some("{.metadata.name}")),
        ("{.a", None),
        ("{}", None),
    ] {
        assert_eq!(relaxed(path).ok().as_deref(), expected, "{path}");
    }
}

#[test]
fn hostile_templates_end() {
    let data = shop();
    for template in [
        "{".repeat(5000),
        "{[?(".repeat(2000),
        format!("{{{}}}", "..*".repeat(40)),
        "{range .items[*]}".repeat(100),
    ] {
        let _ = Template::parse(&template).and_then(|parsed| parsed.render(&data, Options::default()));
    }
}
