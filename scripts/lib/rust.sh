# Which Rust compiles for wasm32-unknown-unknown. Sourced after common.sh.
#
# Usually that is rustup's stable with its wasm target. Where that target cannot be had, Debian's rustc-web packages bring the
# standard library's source and a wasm linker, and cargo builds the standard library itself. Which of the two holds is found
# by looking for the compiled target, not by the machine's name. Native builds always use the `cargo` on PATH.

DEBIAN_RUST="$TOOLS/debian-rust"

rust_target_ready() {
  local dir
  dir=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
  ls "$dir"/libstd-*.rlib >/dev/null 2>&1
}

debian_rust_ready() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -x /usr/bin/rust-lld ] || return 1
  [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/std" ]
}

# Runs a command with the Rust that compiles for wasm first in PATH.
with_wasm_rust() {
  if rust_target_ready; then
    "$@"
  elif debian_rust_ready; then
    debian_rust_links
    # Building the standard library is not a stable option; these two say that we know. The checkout itself stays ordinary.
    PATH="$DEBIAN_RUST:$PATH" RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort "$@"
  else
    die "no Rust for wasm32-unknown-unknown: run scripts/setup"
  fi
}

# A folder with Debian's Rust commands alone: /usr/bin in front of PATH would bring much else forward.
debian_rust_links() {
  local tool
  mkdir -p "$DEBIAN_RUST"
  for tool in cargo rustc rustdoc cargo-clippy clippy-driver; do
    if [ -x "/usr/bin/$tool" ]; then ln -sf "/usr/bin/$tool" "$DEBIAN_RUST/$tool"; fi
  done
}

setup_native_rust() {
  have cargo && have rustc || die "Rust is missing: install it with rustup (https://rustup.rs), then run this again"
  local version
  version=$(rustc --version | awk '{ print $2 }')
  printf '%s\n%s\n' "$RUST_VERSION" "${version%%-*}" | sort -t. -k1,1n -k2,2n -k3,3n -c 2>/dev/null ||
    die "Rust $RUST_VERSION or newer is needed, this is $version: run 'rustup update stable'"
}

setup_wasm_rust() {
  rust_target_ready && return
  # Debian's rustc-web may already serve; asking rustup each time would cost a second and a network.
  debian_rust_ready && return
  if have rustup; then
    say "adding rustup's target wasm32-unknown-unknown: the page is compiled to WebAssembly"
    if rustup target add wasm32-unknown-unknown >/dev/null 2>&1; then
      installed "rustup's target wasm32-unknown-unknown"
      return
    fi
    say "rustup could not get it"
  fi
  if debian_root; then
    say "using Debian's Rust for the wasm build instead; native builds keep the Rust on PATH"
    apt_install rustc-web cargo-web rust-web-src rust-web-llvm lld-22
    apt_install rust-web-clippy || say "without clippy for the wasm code"
    debian_rust_ready && return
  fi
  die "Rust's target wasm32-unknown-unknown is missing: 'rustup target add wasm32-unknown-unknown', or on Debian as root 'apt-get install --no-install-recommends rustc-web cargo-web rust-web-src rust-web-llvm lld-22'"
}

# Compiler flags of the wasm build: file names in panic messages must not carry this machine's folders into the site.
wasm_rustflags() {
  local flags='' dir sep
  sep=$(printf '\037')
  for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    if [ -d "$dir" ]; then flags="$flags--remap-path-prefix=$dir=/crates$sep"; fi
  done
  # Where rust-src is installed, panics of the standard library name its files there.
  flags="$flags--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rust$sep"
  for dir in /usr/src/rustc-*; do
    if [ -d "$dir" ]; then flags="$flags--remap-path-prefix=$dir=/rust$sep"; fi
  done
  printf '%s' "$flags--remap-path-prefix=$ROOT=."
}

# Runs a command as the released wasm is built. The crates' sources must be there before their folders can be named.
with_release_wasm_rust() {
  cargo fetch --quiet --locked --target wasm32-unknown-unknown
  CARGO_TARGET_DIR="$WASM_TARGET" CARGO_ENCODED_RUSTFLAGS="$(wasm_rustflags)" with_wasm_rust "$@"
}
