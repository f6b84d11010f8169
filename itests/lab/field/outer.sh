# Outer addresses of tunnels that are taken away, come back, and come late: a host is renumbered, DHCP is
# slow at boot, keepalived moves an address. A part of the story told by lab.sh field.

field+=(outer_address)

# lines_of HOME PATTERN: how often the log says this.
lines_of() { log_of "$1" | grep -cE "$2" || true; }

# What a log says of one tunnel, or of several that have lost the address together.
said_of_loss() { echo "WARN .* failed: no interface of this host has the address $1"; }
said_of_return() { # ID ADDRESS
  echo "Tunnel $1 up: | up again, no longer failed: no interface of this host has the address $2"
}
says_more() { [ "$(lines_of "$1" "$2")" -gt "$3" ]; }

tell_outer_address() {
  local id gone up failed ups
  id=$(broker_tunnel "$user" id)
  gone=$(said_of_loss $broker4) up=$(said_of_return "$id" $broker4)
  say "Somebody takes the tunnel's outer address off the broker's host"
  failed=$(lines_of "$broker_home" "$gone") ups=$(lines_of "$broker_home" "$up")
  ip -n "$b" address del $broker4/32 dev lo
  timed 2 "word of it in the broker's log" says_more "$broker_home" "$gone" "$failed"
  broker_has_state failed || fail "culvert:tunnels does not call the tunnel failed"
  broker_shell "culvert:tunnel --json $id" | grep -qF "type: ip address add $broker4/32 dev" \
    || fail "culvert:tunnel does not tell what to type"
  broker_says culvert:verify-leases "has the address $broker4" \
    || fail "culvert:verify-leases says nothing of it"
  sleep 5
  [ "$(lines_of "$broker_home" "$gone")" = $((failed + 1)) ] || fail "the log does not tell it once"

  say "The address is back"
  ip -n "$b" address add $broker4/32 dev lo
  timed 2 "the tunnel up again" says_more "$broker_home" "$up" "$ups"
  timed 2 "answer through the tunnel" ping_once
  await 10 "word of the broker that all is as it should be" verified

  outer_of_client
  outer_comes_late "$gone" "$up"
  outer_ipv6
}

outer_of_client() {
  say "The same at the client"
  local gone failed; gone=$(said_of_loss 10.9.0.2)
  local lost="the local address is gone" losses
  failed=$(lines_of "$client_home" "$gone") losses=$(lines_of "$client_home" "$lost")
  ip -n "$c" address del 10.9.0.2/24 dev eth0
  timed 2 "word of it in the client's log" says_more "$client_home" "$gone" "$failed"
  client_json | grep -qF "no interface of this host has the address 10.9.0.2" \
    || fail "culvert:client says nothing of it"
  await 15 "the client looks for another way" says_more "$client_home" "$lost" "$losses"
  ip -n "$c" address add 10.9.0.2/24 dev eth0
  ip -n "$c" route add default via 10.9.0.1
  timed 10 "answer through the tunnel" ping_once
}

outer_comes_late() { # GONE UP
  say "The broker's host starts without the address, which comes when attempts have become rare"
  local failed ups
  kill_broker
  ip -n "$b" address del $broker4/32 dev lo
  failed=$(lines_of "$broker_home" "$1")
  start "$broker_home" "$b" broker
  await 90 "word of it in the broker's log" says_more "$broker_home" "$1" "$failed"
  sleep 45
  [ "$(lines_of "$broker_home" "$1")" = $((failed + 1)) ] || fail "the log does not tell it once"
  ups=$(lines_of "$broker_home" "$2")
  ip -n "$b" address add $broker4/32 dev lo
  timed 2 "the tunnel up" says_more "$broker_home" "$2" "$ups"
  timed 30 "answer through the tunnel" ping_once
}

outer_ipv6() {
  say "The same with IPv6 outside: an address that the kernel makes usable only after a while"
  local id gone up failed ups
  configure_broker "$broker_home" "ipv4Pool = 10.64.0.0/24"
  configure_client_alone "$client_home" "server = [$broker6]" "user = $neighbour" \
    "password = $password" "tunnelType = v4v6"
  await 60 "tunnel of type v4v6" client_has_type v4v6
  await 30 "answer of the broker's end" far4_answers
  id=$(broker_tunnel "$neighbour" id)
  gone=$(said_of_loss $broker6) up=$(said_of_return "$id" $broker6)
  failed=$(lines_of "$broker_home" "$gone") ups=$(lines_of "$broker_home" "$up")
  ip -n "$b" address del $broker6/128 dev lo
  timed 2 "word of it in the broker's log" says_more "$broker_home" "$gone" "$failed"
  broker_says culvert:verify-leases "has the address $broker6" \
    || fail "culvert:verify-leases says nothing of it"
  ip -n "$b" address add $broker6/128 dev eth0
  timed 4 "the tunnel up again" says_more "$broker_home" "$up" "$ups"
  timed 4 "answer of the broker's end" far4_answers
  ip -n "$b" address del $broker6/128 dev eth0
  ip -n "$b" address add $broker6/128 dev lo nodad
  configure_client "$client_home" "$user"
  await 60 "tunnel of the first user" ping_once
  # First the tunnel, then what is reserved for its user: its pool goes, too.
  broker_shell "culvert:tunnel-delete $id" >/dev/null || true
  broker_shell "culvert:tunnel-delete $id" >/dev/null || true
  configure_broker "$broker_home"
  await 30 "answer through the tunnel" ping_once
}

# The broker's end of an IPv4 tunnel, to which the client has a route of its own.
far4_answers() {
  local far; far=$(ip -n "$c" -4 -o route show dev culvert1 metric 512 | awk '{print $1; exit}')
  in_ns "$c" ping -n -q -c 1 -W 1 "$far"
}
