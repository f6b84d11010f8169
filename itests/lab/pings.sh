# Echo requests through the tunnel, and which of them were answered. Sourced by lab.sh and kernel.sh.

# steady_ping_begin [NAMESPACE COUNT]: twenty echo requests a second to the world, in the background;
# steady_ping_end waits for them and fails if one was not answered.
steady_ping_begin() {
  ip netns exec "${1:-$c}" ping -6 -n -i 0.05 -c "${2:-200}" -W 2 "$world" >"$work/steady" 2>&1 &
  steady=$!
}

steady_ping_end() {
  wait "$steady" || true
  all_answered "$work/steady"
}

# all_answered FILE [WHAT]: fails if one of the echo requests was not answered, by what a ping without -q wrote.
# The last one does not count: ping waits for its answer no longer than those before took, which on a
# busy machine is no loss.
all_answered() {
  local summary missing
  summary=$(grep 'packets transmitted' "$1" | sed 's/, time.*//') || fail "${2:+$2: }ping did not come to its end"
  missing=$(unanswered <"$1")
  [ -z "$missing" ] || fail "${2:+$2: }packets were lost: $summary, without answer: $missing"
  tell "${2:+$2: }$summary"
}

# unanswered: the numbers of the requests without an answer but for the last, out of what a ping wrote. The ping
# of iputils counts them from 1, that of busybox from 0. What sent nothing that counts has lost it all.
unanswered() {
  awk '
    match($0, /seq=[0-9]+/) {
      if (!/ttl=|time=/) next
      if (!/icmp_seq=/) base = -1
      answered[substr($0, RSTART + 4, RLENGTH - 4) - base] = 1
    }
    /packets transmitted/ { sent = $1 }
    END {
      if (sent < 2) print "all"
      for (i = 1; i < sent && count < 20; i++) if (!(i in answered)) { count++; print i }
    }' | xargs
}

# pings_answered COUNT NAMESPACE ADDRESS: one after another, for a ping that sends several waits for the
# last answer no longer than the ones before took, which on a busy machine is no loss.
pings_answered() {
  local left
  for ((left = $1; left > 0; left--)); do
    in_ns "$2" ping -n -q -c 1 -W 10 "$3" >/dev/null || return 1
  done
}

ping_once() { in_ns "$c" ping -6 -n -c 1 -W 1 "$world"; }

ping_world() {
  tell "the client pings a host on the far side: ping -6 -c $1 $world"
  in_ns "$c" ping -6 -n -c "$1" -i 0.3 -W 2 "$world" | sed 's/^/     /' \
    || fail "no answer from $world"
}

# A host address out of the delegated prefix, as a machine on the client's own network would have.
ping_from_prefix() {
  local host; host=$(delegated_prefix); host=${host%::/*}::1
  ip -n "$c" -6 address add "$host/64" dev lo nodad
  await 10 "answer to $host, which is inside the delegated prefix" \
    in_ns "$c" ping -6 -n -c 1 -W 2 -I "$host" "$world"
  tell "an address out of the delegated prefix is answered, too: $host"
}
