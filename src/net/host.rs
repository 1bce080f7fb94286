//! What the network asks of the machines on it.

use super::{HttpRequest, HttpResponse, Request, Trace};
use crate::api::Key;
use crate::api::service::Protocol;
use crate::dns::resolver::Libc;
use crate::dns::{Question, Response};
use std::net::SocketAddr;

/// Whether a port takes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Something listens on all addresses.
    Open,
    /// Something listens, but on 127.0.0.1 only.
    Loopback,
    /// Nothing listens: the kernel answers with RST, or ICMP port unreachable for UDP.
    Closed,
    /// The machine is there but answers nothing (frozen, or its link is cut).
    Silent,
}

/// What a server does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It answers over HTTP.
    Http(HttpResponse),
    /// It answers a DNS question.
    Dns(Response),
    /// It takes the connection and sends nothing that the client understands.
    Nothing,
    /// It must first ask someone else, and wants to be called again with the trace of that.
    Call(Box<Request>),
}

/// What a client sent to a server.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// An HTTP request, and where it seems to come from: a node that masqueraded it stands in for its client.
    Http(&'a HttpRequest, SocketAddr),
    /// A DNS question.
    Dns(&'a Question),
}

/// Who listens, and what they answer. The cluster implements it with the images of its containers.
pub trait Host {
    /// Whether `pod` takes connections on `port`.
    fn accept(&self, pod: &Key, port: u16, protocol: Protocol) -> Accept;

    /// What `pod` answers on `port`. `calls` holds the traces of the requests this exchange has made
    /// so far: a handler that returned [`Answer::Call`] is called again with one more.
    fn serve(&mut self, pod: &Key, port: u16, message: &Message<'_>, calls: &[Trace]) -> Answer;

    /// Which library the programs of `pod` resolve names with.
    fn libc(&self, _pod: &Key) -> Libc {
        Libc::Glibc
    }

    /// What a host outside of the cluster answers.
    fn outside(&mut self, name: &str, request: &HttpRequest) -> HttpResponse;
}
