# The tools around the compiler: where they are kept, how they are found, how they are got. Sourced after common.sh and rust.sh.

# Puts the tools of this project first in PATH; without a version that fits, the user's own are used where they fit.
tools_path() {
  PATH="$TOOLS/trunk-$TRUNK_VERSION/bin:$TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION/bin:$TOOLS/binaryen-$BINARYEN_VERSION/node_modules/.bin:$PATH"
  export PATH
}

# Does COMMAND run and print a version that contains VERSION?
runs_as() { "$1" --version 2>/dev/null | grep -qF "$2"; }

# cargo_tool CRATE VERSION FOLDER: a released binary where cargo-binstall is there, else compiled. Some registries do not
# serve every crate of a lock file any more, so that a second try goes without it.
cargo_tool() {
  local crate=$1 version=$2 root="$TOOLS/$3" target locked
  say "installing $crate $version (once; compiling it takes some minutes) into $root"
  if have cargo-binstall && cargo binstall --no-confirm --quiet --root "$root" "$crate@$version"; then
    installed "$crate $version: $root"
    return
  fi
  shift 3
  target=$(mktemp -d)
  # Their own profiles ask for the slowest, smallest build; these are tools that run once a build.
  for locked in --locked ''; do
    if CARGO_TARGET_DIR="$target" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install --quiet "$crate" --version "$version" $locked --root "$root" "$@"; then
      rm -rf "$target"
      installed "$crate $version: $root"
      return
    fi
    [ -z "$locked" ] || say "trying again without its lock file"
  done
  rm -rf "$target"
  die "$crate $version could not be installed"
}

setup_wasm_bindgen() {
  runs_as wasm-bindgen "$WASM_BINDGEN_VERSION" ||
    cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" "wasm-bindgen-$WASM_BINDGEN_VERSION"
}

setup_trunk() {
  runs_as trunk "$TRUNK_VERSION" || cargo_tool trunk "$TRUNK_VERSION" "trunk-$TRUNK_VERSION" --no-default-features
}

setup_wasm_opt() {
  local major=${BINARYEN_VERSION%%.*}
  runs_as wasm-opt "version $major" && return
  say "installing wasm-opt $major (npm package binaryen): it makes the wasm a fifth smaller"
  npm install --silent --no-save --no-audit --no-fund --prefix "$TOOLS/binaryen-$BINARYEN_VERSION" "binaryen@$BINARYEN_VERSION"
  installed "binaryen $BINARYEN_VERSION: $TOOLS/binaryen-$BINARYEN_VERSION"
}

setup_node() {
  local major=0
  have node && have npm && major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge "$NODE_MAJOR" ] ||
    die "Node $NODE_MAJOR or newer with npm is missing: it bundles the editor and drives the browser tests. See https://nodejs.org"
}

# The packages of a lock file, fetched again only when the lock file changed.
npm_packages() {
  local dir=$1 stamp="$1/node_modules/.cluster-playground-lock" sum
  sum=$(cksum <"$dir/package-lock.json")
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && return
  say "fetching the npm packages of $dir"
  (cd "$dir" && npm ci --silent --no-audit --no-fund)
  printf '%s' "$sum" >"$stamp"
  installed "npm packages: $dir/node_modules"
}

# Prints the Chromium or Chrome to test with. CHROMIUM overrides.
find_chromium() {
  local c
  if [ -n "${CHROMIUM:-}" ]; then printf '%s' "$CHROMIUM"; return; fi
  for c in chromium chromium-browser google-chrome google-chrome-stable; do
    if have $c; then command -v $c; return; fi
  done
  for c in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
    if [ -x "$c" ]; then printf '%s' "$c"; return; fi
  done
  c=$(cd tests/browser 2>/dev/null && PLAYWRIGHT_BROWSERS_PATH="$TOOLS/browsers" node -p 'require("playwright-core").chromium.executablePath()' 2>/dev/null) || return 1
  [ -x "$c" ] && printf '%s' "$c"
}

setup_chromium() {
  find_chromium >/dev/null && return
  if debian_root; then
    apt_install chromium
  else
    say "downloading a Chromium for the browser tests into $TOOLS/browsers"
    (cd tests/browser && PLAYWRIGHT_BROWSERS_PATH="$TOOLS/browsers" node node_modules/playwright-core/cli.js install chromium) || true
    installed "Chromium: $TOOLS/browsers"
  fi
  find_chromium >/dev/null || die "Chromium or Chrome is missing: the browser tests need one. Install it, or set CHROMIUM to its path"
}

# Real kube-proxy rules are loaded into a network namespace of their own; only root on Linux can do that.
setup_kernel_tools() {
  [ "$(uname)" = Linux ] || return 0
  if have iptables-restore && have ip && have nft; then return; fi
  if debian_root; then
    apt_install iptables iproute2 nftables || say "could not install them: the kernel tests will be skipped"
  else
    say "note: iptables, iproute2 or nftables is missing: the kernel tests will be skipped"
  fi
}
