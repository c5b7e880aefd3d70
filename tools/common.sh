# shellcheck shell=bash
# What the scripts in this folder share; sourced, never run. The sourcing script names itself in $0.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc)

# A clone uses what another one has compiled; debug information names files from the build tree.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}

say() { printf '%s\n' "$*"; }
headline() { printf '\n== %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# The comment block at the head of the script is its help.
print_help() { sed -n '2,${/^#/!q;s/^# \{0,1\}//p}' "$0"; }

# configure_and_build <preset> [cmake arguments]: prints the compiler's words only when it fails or
# warns, into build/<preset>/build.log otherwise.
configure_and_build() {
  local preset=$1 log="$root/build/$1/build.log"
  shift
  mkdir -p "$root/build/$preset"
  if ! (cd "$root" && cmake --preset "$preset" "$@") >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    say "configuring '$preset' failed; all of it is in $log" >&2
    return 1
  fi
  if ! cmake --build "$root/build/$preset" --parallel "$cores" >>"$log" 2>&1; then
    grep -nE -A 12 '(error|FAILED|warning):' "$log" | tail -n 60 >&2 || tail -n 40 "$log" >&2
    say "building '$preset' failed; all of it is in $log" >&2
    return 1
  fi
  grep -A 6 'warning:' "$log" || true
}

build_release() {
  say "building build/release (log: build/release/build.log)"
  configure_and_build release "$@" || fail "the release build failed; see above."
}
