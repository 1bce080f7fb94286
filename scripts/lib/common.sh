# What every script of this folder starts with. Sourced, never run. Written for bash 3.2, so that macOS' own bash runs it.
#
# Tools are kept outside the checkout, in a folder of their own per version: a second clone does not build them again,
# nothing global changes, and deleting the folder undoes everything.

set -eu

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"
TOOLS="${XDG_CACHE_HOME:-$HOME/.cache}/cluster-playground/tools"

# Versions that must fit together. wasm-bindgen's command line has to be exactly the version of the crate.
TRUNK_VERSION=0.21.14
BINARYEN_VERSION=132.0.0
WASM_BINDGEN_VERSION=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)
RUST_VERSION=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
NODE_MAJOR=20

# wasm has target directories of its own: its compiler may be another one than the native one (lib/rust.sh).
NATIVE_TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
WASM_TARGET="$NATIVE_TARGET/wasm"

# What scripts/setup has installed, line by line; the commands that called it say so at their end.
INSTALLED="$NATIVE_TARGET/installed.txt"

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
installed() { printf '%s\n' "$*" >>"$INSTALLED"; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian and its children, with the right to install packages.
debian_root() { have apt-get && [ "$(id -u)" = 0 ]; }

# Installs Debian packages. Without recommended ones, and never at the cost of a package that is there.
apt_install() {
  say "installing Debian packages: $*"
  [ -n "${APT_UPDATED:-}" ] || { apt-get update -qq; APT_UPDATED=1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove "$@" >/dev/null &&
    installed "Debian packages: $*"
}

# Lists what was installed, if anything was.
say_installed() {
  [ -s "$INSTALLED" ] || return 0
  step "installed"
  cat "$INSTALLED"
}

# Content of the named files and folders as one number; names count too, so that a deletion is seen.
fingerprint() {
  find "$@" -type f ! -path '*/node_modules/*' ! -path 'editor/out/*' -exec cksum {} + 2>/dev/null | LC_ALL=C sort | cksum
}
