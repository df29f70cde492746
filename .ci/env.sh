# Sourced by every script here: where the tools are, and how to speak.
# shellcheck shell=bash

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

cargo_home=${CARGO_HOME:-$HOME/.cargo}
# The clone's own tools first: npm's wasm-opt must win over a distribution's older one, which builds
# a module that does not start. Cargo's folder stands here for shells that never read its profile.
export PATH="$root/e2e/node_modules/.bin:$root/.tools/bin:$cargo_home/bin:$PATH"
# cargo's own folder for results, also where somebody keeps it elsewhere.
target_dir=${CARGO_TARGET_DIR:-$root/target}

# Panics name the files of libraries: by their own names, and not by where this machine keeps them.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--remap-path-prefix=$cargo_home/registry/src/="

unset NO_COLOR                           # trunk 0.21 takes its value for an error
export TRUNK_SKIP_VERSION_CHECK=true     # a build does not phone home
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '%s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}
