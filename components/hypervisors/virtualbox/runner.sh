#!/bin/sh
# Runs VBoxManage as the instructions on standard input say (instructions.ts), and prints as JSON what it did. The data never becomes part of
# a command's text: each value is one word. VBOXMANAGE names the program where it is not on the search path.
set -u
# Answers are compared: in English, with names in UTF-8.
LC_ALL=C.UTF-8
export LC_ALL
manage=${VBOXMANAGE:-VBoxManage}
what=start
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
substitute=$(printf '\032')
captured=
asked=
ran=
steps=0

fail() {
  printf '%s: %s\n' "$what" "$1" >&2
  exit 1
}

# VBoxManage says first what is wrong, then where in its source.
said() {
  words=$(sed -n 's/^VBoxManage[^:]*: error: //p' "$work/said" | grep -v '^Details: \|^Context: ' | tr '\n' ' ')
  [ -n "$words" ] || words=$(grep -v '^[0-9]*%' "$work/said" | tail -n 2 | tr '\n' ' ')
  printf '%s' "${words% }"
}

# VirtualBox's service ends some seconds after its last caller. A call that comes at that very moment gets no service: nothing was done, and it is made again.
call() {
  into=$1
  shift
  calls=1
  until "$manage" "$@" >"$into" 2>"$work/said" </dev/null; do
    [ "$calls" -lt 5 ] && grep -q 'Failed to create the VirtualBox object' "$work/said" || return 1
    calls=$((calls + 1))
    sleep 1
  done
}

# The same question is not put twice while nothing was changed.
ask() {
  question=$(printf '%s\037' "$@")
  [ "$question" != "$asked" ] || return 0
  call "$work/answer" "$@" || fail "VBoxManage $1 does not answer: $(said)"
  asked=$question
}

# Whether the answer has one of the lines looked for; with $1 and those lines it prints what follows $1 in the last line above the first of them.
found() {
  after=${1-} awk '
    function single(text) { gsub(/[ \t\r]+/, " ", text); return text }
    function even(text) { text = single(text); sub(/ $/, "", text); return text }
    FNR == NR {
      text = substr($0, index($0, " ") + 1)
      if ($1 == "is") whole[even(text)] = 1
      else if ($1 == "starts") begins[++count] = single(text)
      else finish[count] = even(text)
      next
    }
    {
      line = even($0)
      if (!hit && ENVIRON["after"] != "" && index(line, ENVIRON["after"]) == 1) told = substr(line, length(ENVIRON["after"]) + 1)
      if (line in whole) hit = 1
      for (i = 1; i <= count; i++) {
        rest = length(line) - length(finish[i])
        if (rest >= length(begins[i]) && index(line, begins[i]) == 1 && substr(line, rest + 1) == finish[i]) hit = 1
      }
    }
    END {
      sub(/^ /, "", told)
      if (hit) print told
      exit !hit
    }
  ' "$work/lines" "$work/answer"
}

# What follows $1 in the first line that begins with it.
first() {
  after=$1 awk 'index($0, ENVIRON["after"]) == 1 { sub(/\r$/, ""); print substr($0, length(ENVIRON["after"]) + 1); exit }' "$work/answer"
}

# Whether what is gathered comes out as `has` or `lacks` says.
holds() {
  verdict=$1
  shift
  ask "$@"
  found >/dev/null
  case $? in
    0) [ "$verdict" = has ] ;;
    1) [ "$verdict" = lacks ] ;;
    *) fail "the answer of VBoxManage $1 cannot be read" ;;
  esac
}

: >"$work/lines"
set --
skipped=
settled=
while IFS= read -r line; do
  operation=${line%% *}
  value=${line#* }
  case $value in *"$substitute"*) value=${value%%"$substitute"*}$captured${value#*"$substitute"} ;; esac
  case $operation in
    step | end) ;;
    *) [ -z "$skipped" ] || continue ;;
  esac
  case $operation in
    step)
      what=$value
      steps=$((steps + 1))
      skipped= settled=
      ;;
    word)
      set -- "$@" "$value"
      continue
      ;;
    is | starts | ends)
      printf '%s %s\n' "$operation" "$value" >>"$work/lines"
      continue
      ;;
    when)
      holds "$value" "$@" || skipped=yes
      ;;
    must)
      holds "${value%% *}" "$@" || fail "${value#* }"
      ;;
    settled)
      if ! holds "$value" "$@"; then settled=no; elif [ -z "$settled" ]; then settled=yes; fi
      ;;
    read)
      ask "$@"
      if [ -s "$work/lines" ]; then captured=$(found "$value") || captured=; else captured=$(first "$value"); fi
      ;;
    run)
      if [ "$settled" = yes ]; then
        skipped=yes
      else
        call "$work/out" "$@" || fail "$(said)"
        asked=
        ran="$ran${ran:+,}\"$what\""
      fi
      ;;
    take)
      captured=$(mark=$value awk '
        { sub(/\r$/, ""); start = index($0, ENVIRON["mark"]); rest = substr($0, start + 1); last = 0
          for (i = 1; i <= length(rest); i++) if (substr(rest, i, 1) == ENVIRON["mark"]) last = i
          if (start && last) { print substr(rest, 1, last - 1); exit } }' "$work/out")
      [ -n "$captured" ] || fail "VBoxManage did not tell the name of what it made"
      ;;
    await)
      tries=0
      until holds "${value#* }" "$@"; do
        [ "$tries" -lt "${value%% *}" ] || fail "not done within ${value%% *} s"
        tries=$((tries + 1))
        sleep 1
        asked=
      done
      ;;
    end)
      printf '{"steps":%s,"ran":[%s]}\n' "$steps" "$ran"
      exit 0
      ;;
    *) fail "unknown instruction $operation" ;;
  esac
  set --
  : >"$work/lines"
done
fail "the list of steps was cut off"
