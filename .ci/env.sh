# Sourced by every script here: the paths of the tools, and the functions that print messages.
# shellcheck shell=bash

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

cargo_home=${CARGO_HOME:-$HOME/.cargo}
# The clone's own tools come first: npm's wasm-opt must precede a distribution's older one, which
# builds a module that does not start. Cargo's folder is listed for shells that do not read its
# profile.
export PATH="$root/e2e/node_modules/.bin:$root/.tools/bin:$cargo_home/bin:$PATH"
# cargo's target folder, even if an environment variable moves it.
target_dir=${CARGO_TARGET_DIR:-$root/target}

# Panic messages contain library paths by crate name, not by their place on this machine.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=$cargo_home/registry/src/="

unset NO_COLOR                           # trunk 0.21 rejects its value
export TRUNK_SKIP_VERSION_CHECK=true     # a build makes no requests
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '%s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}
