# BIRD in the lab: one of its own in each namespace, configured as an operator would. Sourced by lab.sh.

# start_bird NAMESPACE DIRECTORY: in the directory are bird.ctl, which goes into `socket`, and culvert,
# which goes into `directory`. It is short, for a socket's whole name has at most 107 octets.
start_bird() {
  mkdir -p "$2/culvert"
  [ -s "$2/bird.conf" ] || bird_conf "$2" >"$2/bird.conf"
  in_ns "$1" /usr/sbin/bird -c "$2/bird.conf" -s "$2/bird.ctl" -P "$2/bird.pid" >"$2/bird.out" 2>&1 \
    || fail "BIRD does not start: $(tail -1 "$2/bird.out")"
  await_quietly 10 "answer of BIRD" bird_shell "$2" show status
  tell "BIRD runs in $1"
}

# Two BIRDs that meet must not have the same router id.
bird_conf() { # DIRECTORY
  local octets; octets=$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)
  echo "log \"$1/bird.log\" all;"
  echo "router id 10.$((octets >> 16 & 255)).$((octets >> 8 & 255)).$(((octets & 255) % 254 + 1));"
  echo 'protocol device { }'
  echo 'protocol kernel { ipv6 { export all; }; }'
  echo "include \"$1/culvert/*.conf\";"
}

# bird_shell DIRECTORY WORD...: says one command to BIRD.
bird_shell() {
  local directory=$1; shift
  timeout 10 birdc -s "$directory/bird.ctl" "$@"
}

# stop_bird DIRECTORY: its routes are withdrawn from the kernel.
stop_bird() {
  local pid
  [ -s "$1/bird.pid" ] || return 0
  pid=$(cat "$1/bird.pid")
  kill "$pid" 2>/dev/null || true
  await_quietly 10 "end of BIRD" bird_has_ended "$pid"
  rm -f "$1/bird.pid" "$1/bird.ctl"
}

bird_has_ended() { ! kill -0 "$1" 2>/dev/null; }

bird_has_session() { # DIRECTORY
  bird_shell "$1" show protocols '"culvert_*"' | grep -q ' BGP .* Established'
}
