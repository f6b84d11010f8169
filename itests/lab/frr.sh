# FRR in the lab: daemons of its own in each namespace, configured by nothing. Sourced by lab.sh.

frr_daemons=(zebra staticd bgpd ripngd)

# start_frr NAMESPACE DIRECTORY: the sockets are in the directory, which goes into vtyDirectory. It is
# short, for a socket's whole name has at most 107 octets, and FRR's own user has to get there.
start_frr() {
  local daemon
  install -d -o frr -g frr -m 755 "$2"
  chmod o+x "$(dirname "$2")"
  for daemon in "${frr_daemons[@]}"; do
    rm -f "$2/$daemon.vty"
    in_ns "$1" /usr/lib/frr/$daemon -d -u frr -g frr -A 127.0.0.1 -P 0 --vty_socket "$2" \
      -z "$2/zserv.api" -i "$2/$daemon.pid" -f /dev/null --log "file:$2/$daemon.log" \
      >"$2/$daemon.out" 2>&1 || fail "FRR's $daemon does not start: $(tail -1 "$2/$daemon.out")"
    await_quietly 10 "answer of FRR's $daemon" test -S "$2/$daemon.vty"
  done
  tell "FRR runs in $1: ${frr_daemons[*]}"
}

# frr_shell DIRECTORY COMMAND...: says each command to FRR.
frr_shell() {
  local directory=$1 command words=(); shift
  for command in "$@"; do words+=(-c "$command"); done
  timeout 10 vtysh --vty_socket "$directory" "${words[@]}"
}

# stop_frr DIRECTORY: its routes are withdrawn from the kernel.
stop_frr() {
  local daemon pid
  for daemon in bgpd ripngd staticd zebra; do
    [ -s "$1/$daemon.pid" ] || continue
    pid=$(cat "$1/$daemon.pid")
    kill "$pid" 2>/dev/null || true
    await_quietly 10 "end of FRR's $daemon" frr_has_ended "$pid"
    rm -f "$1/$daemon.pid"
  done
}

frr_has_ended() { ! kill -0 "$1" 2>/dev/null; }

frr_has_session() { # DIRECTORY PEER
  frr_shell "$1" "show bgp neighbors $2 json" | grep -q '"bgpState":"Established"'
}
