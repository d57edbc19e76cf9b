# shellcheck shell=bash
# Sourced by the bash scripts of this folder: what they share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Prints the comment at the head of the calling script, which is its help.
print_help() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# Major version of a C++ compiler, 0 where there is none. g++ says "12", clang "14.0.6".
compiler_major() {
  local version
  version=$("$1" -dumpversion 2>/dev/null) || version=0
  echo "${version%%.*}"
}

# The sources need g++ 12. Ubuntu 22.04's g++ is 11, its g++-12 is a package beside it.
choose_compiler() {
  if [[ -z ${CXX:-} ]] && (($(compiler_major g++) < 12)) && command -v g++-12 >/dev/null; then
    export CXX=g++-12
  fi
}

# configure_build [CMAKE_OPTION...]: Release in build/, which quickstart and test share. An existing build folder
# keeps its generator and its options.
configure_build() {
  local options=()
  choose_compiler
  if [[ ! -f build/CMakeCache.txt ]]; then
    options+=(-DCMAKE_BUILD_TYPE=Release)
    if command -v ninja >/dev/null; then options+=(-G Ninja); fi
  fi
  if [[ -n ${TOMLPLUSPLUS_INCLUDE_DIR:-} ]]; then
    options+=("-DTOMLPLUSPLUS_INCLUDE_DIR=$(realpath "$TOMLPLUSPLUS_INCLUDE_DIR")")
  fi
  cmake -S . -B build "${options[@]}" "$@" >&2
}

# prepare_packages yes|no: installs what the build needs, or only reports it: it may come from elsewhere.
prepare_packages() {
  if [[ $1 == yes ]]; then
    scripts/install-packages
  else
    scripts/install-packages --no-install || say "going on without installing: what is missing may come from elsewhere"
  fi
}
