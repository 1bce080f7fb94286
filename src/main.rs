//! The program: on `wasm32` it mounts the page, natively it is the command line.

#[cfg(target_arch = "wasm32")]
fn main() {
    cluster_playground::web::mount();
}

#[cfg(not(target_arch = "wasm32"))]
mod cli;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os().skip(1))
}
