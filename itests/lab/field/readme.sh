# The README's first tunnel, typed command by command as README.md has it, on two hosts that have an
# archive, Java and nothing else of ours, to the ping of the world at its end. Part of the story told by
# lab.sh field.

field_long+=(readme)

tell_readme() {
  say "The README's first tunnel, word for word, on two fresh hosts"
  local target name
  stop_daemon "$b"; stop_daemon "$c"
  in_ns "$b" sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv4.ip_forward=0
  target=$(readme "5. On the gateway" 1 | grep -m 1 -oE '[0-9a-f:]+::[0-9a-f]+')
  ip -n "$w" address add "$target/128" dev lo nodad
  ip -n "$b" -6 route add default via "$world"
  fresh_host "$b" broker; fresh_host "$c" gateway
  for name in broker gateway; do typed $name "$(readme "A first tunnel" 1)"; done
  unpacked=$(readme "A first tunnel" 1 | sed -n 's/^cd //p')

  typed broker "$(readme "1. On the broker" 1)"
  shell_typed "$(readme "2. On the broker" 1)"
  await 120 "the shell's prompt" terminal_shows 'culvert-broker>'
  as_written "2. On the broker" 2 'the password is' "$work/terminal"
  as_written "2. On the broker" 2 'clients are served' "$work/terminal"
  as_written "2. On the broker" 2 'culvert: log: ' "$work/terminal"
  first_screen
  type_in_shell "$(readme "3. On the broker" 1)"
  await 60 "its question for a password" terminal_shows 'Password of alice: '
  type_in_shell secret1
  await 60 "its question again" terminal_shows 'Again: '
  type_in_shell secret1
  await 60 "the account" typed broker "grep '^alice = ' etc/culvert-users.properties"
  typed broker "$(readme "3. On the broker" 2)"

  typed gateway "$(readme "4. On the gateway" 1)" >"$work/gateway.said" 2>&1 </dev/null &
  await 120 "word of a tunnel" grep -q 'client: tunnel of type' "$work/gateway.said"
  as_written "4. On the gateway" 2 'client: tunnel of type' "$work/gateway.said"
  as_written "4. On the gateway" 2 'culvert: log: ' "$work/gateway.said"
  typed gateway "$(readme "5. On the gateway" 1 | head -1)" | sed 's/^/     /' || fail "no answer"

  stop_daemon "$c"
  type_in_shell logout
  await 60 "end of the broker by logout" broker_has_ended
  exec 9>&-
  kill "${fresh[@]}"
  unpacked=
  ip -n "$b" -6 route del default via "$world"
  ip -n "$w" address del "$target/128" dev lo
  start_broker_by env
  start_client_by env
}

broker_has_ended() { [ -z "$(java_of "$b")" ]; }

# fresh_host NAMESPACE NAME: a host with a distribution's defaults, the archive in root's folder, a name
# for the broker, and nothing of the tree that the archive was built from.
declare -A fresh
fresh_host() {
  mkdir -p "$work/$2"
  cp "$assembly" "$work/$2"
  printf '127.0.0.1 localhost %s\n%s broker.example.net\n' "$(hostname)" "$broker4" >"$work/$2/hosts"
  # Without a function between, so that the process is the host's own.
  ip netns exec "$1" unshare -m sh -c '
    mount -t tmpfs tmpfs /opt && mount --bind "$0/hosts" /etc/hosts \
      && mount -t tmpfs tmpfs "$1" && exec sleep infinity' "$work/$2" "$project" &
  fresh[$2]=$!
  await_quietly 20 "fresh host" in_host "$2" mountpoint -q "$project"
}

in_host() { nsenter -t "${fresh[$1]}" -m -n "${@:2}"; }

# typed HOST TEXT: what a user types there, in the folder where the README has come to.
unpacked=
typed() { in_host "$1" sh -e -c "cd '${unpacked:-$work/$1}'; $2"; }

# shell_typed TEXT: typed at the broker on a terminal, which then listens to type_in_shell.
shell_typed() {
  mkfifo "$work/keys"
  exec 9<>"$work/keys"
  in_host broker sh -c "cd '$unpacked' && exec script -q -f -e -c '$1' '$work/terminal'" \
    <"$work/keys" >/dev/null 2>&1 &
}
type_in_shell() { printf '%s\r' "$1" >&9; }
terminal_shows() { grep -qaF "$1" "$work/terminal"; }

# as_written HEADING N WORD FILE: the line with the word in that block is what was really said; three
# dots stand for what differs.
as_written() {
  local line part
  line=$(readme "$1" "$2" | grep -F -m 1 "$3") || fail "the README has no line with '$3'"
  while IFS= read -r part; do
    grep -qaF -e "$part" "$4" || fail "the README has '$line', but it says: $(grep -aF -m 1 "$3" "$4")"
  done <<<"${line//…/$'\n'}"
  tell "as written: $line"
}

# first_screen: what the shell says first names the program, its version, what it is, and what to type next.
first_screen() {
  local version word
  version=$(basename "$assembly" .tar.gz); version=${version#culvert-karaf-}
  welcome >"$work/first_screen"
  for word in Culvert "$version" "IPv6 tunnel broker, server and client" culvert:listeners culvert:tunnels \
    culvert:account-create '<tab>' --help logout; do
    grep -qF -e "$word" "$work/first_screen" || fail "the first screen does not say '$word': $(cat "$work/first_screen")"
  done
  as_written "2. On the broker" 2 'IPv6 tunnel broker' "$work/first_screen"
  sed 's/^/     /' "$work/first_screen"
}

# What stands on the terminal between the lines of the start and the prompt, without its colours.
welcome() {
  sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g; s/\r//g' "$work/terminal" \
    | sed '1,/Karaf started/d; /culvert-broker>/,$d' | grep -av '^culvert: '
}

# readme HEADING N: the Nth block of commands below the first line that begins with the heading.
readme() {
  awk -v heading="$1" -v wanted="$2" '
    !below { line = $0; gsub(/^[#* ]+/, "", line); below = index(line, heading) == 1; next }
    /^    / { if (!inside) { inside = 1; block++ } if (block == wanted) print substr($0, 5); next }
    /^$/ { if (inside) blank = blank "\n"; next }
    { inside = 0 }
    block > wanted { exit }' "$project/README.md"
}
