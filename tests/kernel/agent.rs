//! What runs inside a network namespace: servers that say who they are and whom they see, and a
//! client that does as it is told on standard input.

use socket2::{Domain, Protocol, Socket, Type};
use std::io::{BufRead, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

/// The variable that makes the test binary an agent: its name, then its TCP ports, then its UDP ports.
pub const ROLE: &str = "KERNEL_TEST_AGENT";

/// Serves and asks until standard input ends.
pub fn run(role: &str) {
    let mut words = role.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    let ports = |word: Option<&str>| -> Vec<u16> {
        word.unwrap_or_default().split(',').filter_map(|port| port.parse().ok()).collect()
    };
    for port in ports(words.next()) {
        let listener = TcpListener::bind(("0.0.0.0", port)).expect("the port is free in a fresh namespace");
        let name = name.clone();
        std::thread::spawn(move || serve_tcp(&listener, &name));
    }
    for port in ports(words.next()) {
        let socket = UdpSocket::bind(("0.0.0.0", port)).expect("the port is free in a fresh namespace");
        let name = name.clone();
        std::thread::spawn(move || serve_udp(&socket, &name));
    }
    say("@ready");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        std::thread::spawn(move || {
            let words: Vec<&str> = line.split(' ').collect();
            if let [id, kind, ip, port, patience] = words.as_slice() {
                let patience = Duration::from_millis(patience.parse().unwrap_or(500));
                let address = SocketAddr::new(ip.parse().expect("an address"), port.parse().unwrap_or(0));
                let result = match *kind {
                    "tcp" => ask_tcp(address, patience),
                    "udp" => ask_udp(address, patience),
                    _ => ping(address.ip(), patience).or_else(|_| Ok("silent".into())),
                };
                say(&format!("@{id} {}", result.unwrap_or_else(|error| word_for(&error).to_owned())));
            }
        });
    }
}

/// One whole line at once: answers come from many threads.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(format!("\n{line}\n").as_bytes());
    let _ = out.flush();
}

fn serve_tcp(listener: &TcpListener, name: &str) {
    for mut stream in listener.incoming().flatten() {
        let peer = stream.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
        let _ = stream.write_all(format!("{name} {peer}").as_bytes());
    }
}

fn serve_udp(socket: &UdpSocket, name: &str) {
    let mut buffer = [0; 64];
    while let Ok((_, peer)) = socket.recv_from(&mut buffer) {
        let _ = socket.send_to(format!("{name} {}", peer.ip()).as_bytes(), peer);
    }
}

fn ask_tcp(address: SocketAddr, patience: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(format!("answered {text}"))
}

fn ask_udp(address: SocketAddr, patience: Duration) -> std::io::Result<String> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect(address)?;
    socket.set_read_timeout(Some(patience))?;
    socket.send(b"?")?;
    let mut buffer = [0; 64];
    let length = socket.recv(&mut buffer)?;
    Ok(format!("answered {}", String::from_utf8_lossy(&buffer[..length])))
}

/// One echo request. An ICMP error counts as silence: ping's summary says the same of both.
fn ping(address: IpAddr, patience: Duration) -> std::io::Result<String> {
    let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4))?;
    socket.connect(&SocketAddr::new(address, 0).into())?;
    socket.set_read_timeout(Some(patience))?;
    // Type 8, code 0, a checksum over it all, identifier 7, sequence 1.
    socket.send(&[8, 0, 0xf7, 0xf7, 0, 7, 0, 1])?;
    let mut buffer = [0; 128];
    loop {
        let length = (&socket).read(&mut buffer)?;
        // The IPv4 header is 20 bytes long; type 0 is the reply.
        if length >= 28 && buffer[20] == 0 && buffer[25] == 7 {
            return Ok("answered - -".into());
        }
    }
}

fn word_for(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => "refused",
        // A process is told at once when its own node's rules drop or reject a datagram it sends.
        ErrorKind::PermissionDenied => "denied",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "unreachable",
        _ => "silent",
    }
}
