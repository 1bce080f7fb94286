//! The command line: the same engine as the page's, for authors, tests and CI.
//!
//! Exit codes: 0, 1 for a difference or a failure, 2 for bad usage; errors on standard error.

mod bundle;
mod check;
mod dns;
mod given;
mod jsonpath;
mod new_scenario;
mod reach;
mod rules;
mod shell;
mod slices;
mod trace;
mod workloads;

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;

const USAGE: &str = "\
usage: playground COMMAND

  shell [--profile NAME|FILE] [--seed N] [--dir DIR] [--think 2s] [--json] [FILE|-]
        shell lines on a fresh cluster
  new-scenario NAME
        a folder to begin a scenario from
  bundle DIR
        a scenario's folder as one file, for the page to fetch
  dns -f DIR|FILE NAME [TYPE] [--tcp|--no-edns] [--json]
        what CoreDNS answers
  check POST.md [--profile NAME|FILE] [--dir DIR] [--real --context NAME --yes]
        runs the shell blocks of a post and compares what they print with what it shows
  check DIR
        proves scenarios: the start fails, the solution passes, wrong attempts fail
  trace -f DIR|FILE --from SOURCE --to HOST:PORT[/tcp|udp|sctp]|HOST/icmp [--mode MODE] [--all] [--json]
        one packet's way; SOURCE is pod/NS/NAME, node/NAME, workstation or ip/ADDR[@node/NAME]
  rules -f DIR|FILE --node NODE [--mode iptables|nftables]
        what kube-proxy writes on that node, as iptables-save or nft list ruleset prints it
  reach -f DIR|FILE [--mode MODE] [--json]
        who can reach what
  jsonpath TEMPLATE FILE [--allow-missing-template-keys=false]
        what kubectl -o jsonpath prints for that document, JSON or YAML; - is standard input
";

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The command line is wrong.
    Usage(String),
    /// Something it names could not be read or understood.
    Data(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Data(text) => f.write_str(text),
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

/// Runs the command that the arguments (without the program's name) say.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let command = arguments.next().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let rest = lexopt::Parser::from_args(arguments);
    let result = match command.as_str() {
        "shell" => shell::run(rest),
        "bundle" => bundle::run(rest),
        "check" => check::run(rest),
        "dns" => dns::run(rest),
        "trace" => trace::run(rest),
        "rules" => rules::run(rest),
        "new-scenario" => new_scenario::run(rest),
        "reach" => reach::run(rest),
        "jsonpath" => jsonpath::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        "" => Err(Failure::Usage("a command is missing".into())),
        other => Err(Failure::Usage(format!("unknown command {other:?}"))),
    };
    match result {
        Ok(code) => code,
        Err(Failure::Usage(text)) => {
            eprint!("playground: {text}\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Data(text)) => {
            eprintln!("playground: {text}");
            ExitCode::from(2)
        }
    }
}
