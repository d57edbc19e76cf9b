#!/bin/sh
# usage: whole_help.sh PROGRAM [--version]
#
# The program's help with that of every verb behind it, as one text from which help2man makes a manual page.
set -eu
if [ "${2-}" = --version ]; then exec "$1" --version; fi

# Usages and examples in one line each, and examples apart: lines of one paragraph are filled.
unbroken() {
  awk '
    NR == 1 { usage = 1 }
    usage && /^$/ { print line; usage = 0 }
    usage { sub(/^ +/, " "); line = line $0; next }
    / \\$/ { held = held substr($0, 1, length($0) - 1); next }
    held != "" { sub(/^ +/, ""); $0 = held $0; held = "" }
    /^[^ ]/ { section = $1 }
    { print }
    section == "examples:" && /^ / { print "" }'
}

"$1" help | sed '1s/^usage/Usage/' | unbroken
"$1" help | sed -n '/^verbs:/,/^$/s/^  \([^ ]\{1,\}\) .*/\1/p' | while read -r verb; do
  if [ "$verb" != help ]; then
    printf '\n*%s*\n\n' "$verb"
    "$1" help "$verb" | unbroken
  fi
done
