#!/usr/bin/env bash
# usage: complete.bash FILE PROGRAM WORD...
#
# Prints what FILE, a completion for bash, finds for the last word, a line each.
set -u
source "$1"
shift
compopt() { return 0; }  # outside of a completion that readline asks for, it fails
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_orochi
printf '%s\n' "${COMPREPLY[@]}"
