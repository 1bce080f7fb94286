//! The language of the shell, line by line.

use super::{run, session};

#[test]
fn the_language() {
    let mut session = session(&[("a.yaml", "one\n"), ("b.yaml", "two\n"), ("c d.txt", "three\n")]);
    for (line, out, exit) in [
        // Words and quotes.
        ("echo a  b 'c  d' \"e  f\" g\\ h", "a b c  d e  f g h\n", 0),
        ("echo \"it's\" 'a \"b\"' # not this", "it's a \"b\"\n", 0),
        ("echo a#b", "a#b\n", 0),
        ("X=1 Y=two; echo $X-${Y}s \"$Y\" '$Y'", "1-twos two $Y\n", 0),
        ("echo ${NOPE:-other} ${X:+set} ${#Y} ${Y#t} ${Y%o}", "other set 3 wo tw\n", 0),
        ("echo $((2 + 3 * 4)) $((X + 1))", "14 2\n", 0),
        ("echo $(echo a; echo b) `echo c`", "a b c\n", 0),
        ("echo *.yaml", "a.yaml b.yaml\n", 0),
        ("echo '*.yaml' ?.yaml [ab].yaml no*.such", "*.yaml a.yaml b.yaml a.yaml b.yaml no*.such\n", 0),
        // Lists, pipes, statuses.
        ("true && echo yes || echo no", "yes\n", 0),
        ("false && echo yes || echo no", "no\n", 0),
        ("! true; echo $?", "1\n", 0),
        ("false", "", 1),
        ("(exit 3); echo $?", "3\n", 0),
        ("echo one two three | wc -w", "3\n", 0),
        ("printf 'b\\na\\n' | sort | head -1", "a\n", 0),
        ("nosuch", "", 127),
        // Redirections and here-documents.
        ("echo hi > out.txt; cat < out.txt; echo more >> out.txt; wc -l < out.txt", "hi\n2\n", 0),
        ("ls /nope 2>/dev/null || echo gone", "gone\n", 0),
        ("ls /nope > all.txt 2>&1; grep -c nope all.txt", "1\n", 0),
        ("cat <<EOF\na $X\n'b'\nEOF", "a 1\n'b'\n", 0),
        ("cat <<'EOF'\na $X\nEOF", "a $X\n", 0),
        ("cat <<-EOF\n\tindented\n\tEOF", "indented\n", 0),
        // Loops and conditions.
        ("for i in 1 2 3; do echo -n $i; done; echo", "123\n", 0),
        ("for f in *.yaml; do cat $f; done", "one\ntwo\n", 0),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", 0),
        ("until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i", "0\n", 0),
        ("for i in 1 2 3 4; do [ $i = 3 ] && break; [ $i = 1 ] && continue; echo $i; done", "2\n", 0),
        ("if [ -f a.yaml ]; then echo there; else echo not; fi", "there\n", 0),
        ("if test -d nope; then echo d; elif [ 2 -gt 1 ]; then echo second; fi", "second\n", 0),
        ("case web-1 in api*) echo a;; web*|www) echo w;; *) echo other;; esac", "w\n", 0),
        ("f() { echo \"$# $1\"; return 4; }; f x y; echo $?", "2 x\n4\n", 0),
        ("seq 3 | while read n; do echo \"<$n>\"; done", "<1>\n<2>\n<3>\n", 0),
        ("set -- a 'b c'; for x in \"$@\"; do echo \"[$x]\"; done", "[a]\n[b c]\n", 0),
        ("cat 'c d.txt'", "three\n", 0),
        ("cd /tmp && pwd && cd - > /dev/null && pwd", "/tmp\n/home/you\n", 0),
        ("echo a; echo b &&\necho c", "a\nb\nc\n", 0),
    ] {
        let (stdout, stderr, status) = run(&mut session, line);
        assert_eq!((stdout.as_str(), status), (out, exit), "{line}\n{stderr}");
    }
}

#[test]
fn what_is_not_closed_asks_for_more() {
    let mut session = session(&[]);
    for line in ["echo 'a", "for i in 1 2; do", "cat <<EOF", "if true; then", "echo $(ls", "echo a &&"] {
        session.act(cluster_playground::shell::Act::Line { terminal: 0, text: line.to_owned() });
        assert!(session.terminals()[0].wants_more(), "{line}");
        session.act(cluster_playground::shell::Act::Interrupt { terminal: 0 });
        assert!(!session.terminals()[0].wants_more(), "{line}");
    }
}

#[test]
fn a_terminal_remembers_its_lines() {
    let mut session = session(&[]);
    for line in ["echo one", "echo two", "history 2", "history -d 1; history -c; history"] {
        session.act(cluster_playground::shell::Act::Line { terminal: 0, text: line.to_owned() });
        session.advance(session.now() + std::time::Duration::from_secs(1));
    }
    let screen: String = session.terminals()[0].screen.iter().map(|(_, text)| text.as_str()).collect();
    assert!(screen.contains("    2  echo two\n    3  history 2\n"), "{screen}");
    assert!(session.terminals()[0].history().is_empty());
    assert_eq!(run(&mut session, "history x").1, "bash: history: x: numeric argument required\n");
}
