//! glibc's `getent`: `hosts` asks for IPv6 first and one name at a time, `ahosts` as programs do.

use super::{Exit, Kit};
use crate::dns::resolver::{Ask, Family, Found, Libc, getaddrinfo, gethostbyaddr, gethostbyname};
use std::net::IpAddr;

/// `getent hosts|ahosts|ahostsv4|ahostsv6 KEY…`
///
/// # Errors
/// The round it waits for.
pub fn getent(kit: &mut Kit<'_>) -> Result<Exit, Ask> {
    let Some((database, keys)) = kit.args.split_first() else {
        kit.complain("getent: wrong number of arguments");
        return Ok(1);
    };
    if !matches!(database.as_str(), "hosts" | "ahosts" | "ahostsv4" | "ahostsv6") {
        return Ok(elsewhere(kit, database));
    }
    if keys.is_empty() {
        for (ip, names) in &kit.config.hosts {
            kit.out.push_str(&format!("{:<15} {}\n", ip.to_string(), names.join(" ")));
        }
        return Ok(0);
    }
    let mut exit = 0;
    for key in keys {
        let found = if database == "hosts" { hosts(kit, key)? } else { ahosts(kit, key, database)? };
        if !found {
            exit = 2;
        }
    }
    Ok(exit)
}

/// Alpine's `getent hosts KEY…`: IPv6 first, then IPv4, by musl; the name stands among its own aliases.
///
/// # Errors
/// The round it waits for.
pub fn musl_getent(kit: &mut Kit<'_>) -> Result<Exit, Ask> {
    let Some((database, keys)) = kit.args.split_first() else {
        kit.complain("Usage: getent database [key ...]");
        return Ok(1);
    };
    if database != "hosts" {
        return Ok(elsewhere(kit, database));
    }
    let mut exit = 0;
    for key in keys {
        let mut outcome = getaddrinfo(Libc::Musl, kit.config, Family::V6, key, &mut kit.wire)?;
        if outcome.is_err() {
            outcome = getaddrinfo(Libc::Musl, kit.config, Family::V4, key, &mut kit.wire)?;
        }
        let Ok(found) = outcome else {
            exit = 2;
            continue;
        };
        let alias = if found.canonical == *key { String::new() } else { format!(" {key}") };
        for ip in &found.addresses {
            kit.say(format!("{:<16}  {}  {}{alias}", ip.to_string(), found.canonical, found.canonical));
        }
    }
    Ok(exit)
}

/// Databases that have nothing to do with names of hosts.
fn elsewhere(kit: &mut Kit<'_>, database: &str) -> Exit {
    const REAL: [&str; 9] =
        ["ahosts", "ethers", "group", "networks", "passwd", "protocols", "rpc", "services", "shadow"];
    kit.complain(match REAL.contains(&database) {
        true => format!("getent: {database}: not simulated here"),
        false => format!("Unknown database: {database}"),
    });
    1
}

fn hosts(kit: &mut Kit<'_>, key: &str) -> Result<bool, Ask> {
    let found = match key.parse::<IpAddr>() {
        Ok(ip) => gethostbyaddr(kit.config, ip, &mut kit.wire)?.map(|canonical| Found {
            canonical,
            aliases: Vec::new(),
            addresses: vec![ip],
        }),
        Err(_) => gethostbyname(kit.config, key, &mut kit.wire)?,
    };
    let Ok(found) = found else { return Ok(false) };
    for ip in &found.addresses {
        let mut line = format!("{:<15} {}", ip.to_string(), found.canonical);
        for alias in &found.aliases {
            line.push(' ');
            line.push_str(alias);
        }
        kit.say(line);
    }
    Ok(true)
}

fn ahosts(kit: &mut Kit<'_>, key: &str, database: &str) -> Result<bool, Ask> {
    let family = match database {
        "ahostsv4" => Family::V4,
        "ahostsv6" => Family::V6,
        _ => Family::Any,
    };
    let mut outcome = getaddrinfo(Libc::Glibc, kit.config, family, key, &mut kit.wire)?;
    if family == Family::V6 && outcome.is_err() {
        // AI_V4MAPPED: IPv4 addresses in IPv6 form, where there are no others.
        outcome = getaddrinfo(Libc::Glibc, kit.config, Family::V4, key, &mut kit.wire)?.map(|mut found| {
            for ip in &mut found.addresses {
                if let IpAddr::V4(v4) = ip {
                    *ip = IpAddr::V6(v4.to_ipv6_mapped());
                }
            }
            found
        });
    }
    let Ok(found) = outcome else { return Ok(false) };
    for (index, ip) in found.addresses.iter().enumerate() {
        let canonical = if index == 0 { found.canonical.as_str() } else { "" };
        for (socket, name) in [("STREAM", canonical), ("DGRAM", ""), ("RAW", "")] {
            kit.say(format!("{:<15} {socket:<6} {name}", ip.to_string()));
        }
    }
    Ok(true)
}
