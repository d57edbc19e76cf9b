# What fits at the cursor, a line each: the word, a tab, what it is; nothing where a file does. The three shells' files hold
# this text and run it with: the word at the cursor, then those before it, the program first. It asks that program, so that
# verbs, options and components of your own are known, too. (No doubled backslash in here: fish would read it as one.)
current=$1 program=$2 verb=${3-} config=
shift 2
case $program in "~/"*) program=$HOME/${program#"~/"} ;; esac
for previous in "" "$@"; do
  case $previous in *.toml) if [ -f "$previous" ]; then config=$previous; fi ;; esac
done

# From a help text: verbs, or options at a word that begins with "-"; "<NAME" for a word, or for a value of an option, by
# the name that the help gives it.
entries() {
  "$program" help "$@" 2>/dev/null | awk -v current="$current" -v previous="$previous" '
    function finish(  i, count, part) {
      if (left == "") return
      count = split(left, part, /,? +/)
      is_option = left ~ /^-/
      if (section == "verbs:" && current !~ /^-/) printf "%s\t%s\n", left, text
      if (section == "words:") words = words "<" left "\n"
      for (i = 1; i <= count && is_option; ++i) {
        if (part[i] !~ /^-/) continue
        if (part[i] == previous && part[count] !~ /^-/) value = "<" part[count] "\n"
        if (current ~ /^-/) options = options part[i] "\t" text "\n"
      }
      left = ""
    }
    /^($|[^ ])/ { finish(); section = $1 }
    /^  [^ ]/ { finish(); rest = substr($0, 3); at = index(rest "  ", "  "); left = substr(rest, 1, at - 1); text = "" }
    /^  / { rest = substr($0, 3); if (text == "") rest = substr(rest, length(left) + 1); sub(/^ +/, "", rest); text = text (text == "" ? "" : " ") rest }
    END { finish(); printf "%s", value != "" ? value : options != "" ? options : words }'
}

# The config's keys, each with $1 behind it, and their values in force.
keys() {
  if [ -z "$config" ]; then return; fi
  "$program" config "$config" 2>/dev/null | awk -v end="$1" '
    /^\[/ { table = $0; gsub(/[][]/, "", table); if (/^\[\[/) table = ""; next }
    / = / && table != "" { name = $1; sub(/^[^=]*= /, ""); printf "%s.%s%s\t%s\n", table, name, end, $0 }'
}

case $previous in =) exit ;; esac  # bash takes KEY=VALUE for three words
if [ $# = 0 ]; then entries; else entries "$verb"; fi | while IFS="	" read -r word text; do
  case $word in
    "<KEY=VALUE") keys "=" ;;
    "<KEY") keys "" ;;
    "<KIND") "$program" components 2>/dev/null | awk 'NR > 1 && !seen[$1]++ { print $1 }' ;;
    "<NAME")
      "$program" components "${verb#check-}" 2>/dev/null | awk '
        NR == 1 { at = index($0, "name") }
        NR > 1 { split(substr($0, at), column, " "); print column[1] }'
      ;;
    "<"*) ;;
    *) printf "%s\t%s\n" "$word" "$text" ;;
  esac
done
