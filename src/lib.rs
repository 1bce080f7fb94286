//! A pure simulator of how a Kubernetes cluster routes traffic. The map of its rooms, nothing else.
//!
//! Data goes one way, down this list: a room may use those above it, never one below.
//! No clock, no randomness, no input or output: time and the seed are arguments.
//! `ARCHITECTURE.md` says what each room holds and what it must not know.

pub mod api;
pub mod manifest;
pub mod apiserver;
pub mod controllers;
pub mod dns;
pub mod proxy;
pub mod net;
pub mod images;
pub mod cluster;
pub mod shell;
pub mod lessons;
pub mod library;
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod web;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub mod js;
