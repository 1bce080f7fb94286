//! `playground rules`: what kube-proxy writes on a node.

use super::Failure;
use super::given::Given;
use cluster_playground::proxy::Mode;
use lexopt::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

pub fn run(mut arguments: lexopt::Parser) -> Result<ExitCode, Failure> {
    let (mut path, mut node, mut mode) = (None, None, Mode::Iptables);
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('f') | Long("filename") => path = Some(PathBuf::from(arguments.value()?)),
            Long("node") => node = Some(arguments.value()?.string()?),
            Long("mode") => mode = mode_named(&arguments.value()?.string()?)?,
            other => return Err(other.unexpected().into()),
        }
    }
    let path = path.ok_or_else(|| Failure::Usage("-f DIR|FILE is missing".into()))?;
    let node = node.ok_or_else(|| Failure::Usage("--node NODE is missing".into()))?;
    let given = Given::read(&path, mode)?;
    let proxy = given.proxies.get(&node).ok_or_else(|| Failure::Data(format!("nodes {node:?} not found")))?;
    print!("{}", proxy.save());
    Ok(ExitCode::SUCCESS)
}

/// The mode of that name.
pub fn mode_named(name: &str) -> Result<Mode, Failure> {
    match name {
        "iptables" => Ok(Mode::Iptables),
        "nftables" => Ok(Mode::Nftables),
        other => Err(Failure::Usage(format!("--mode {other:?}: must be iptables or nftables"))),
    }
}
