# IPv4 across an IPv6 network: a part of the story told by lab.sh.

tell_v4v6() {
  say "A client of an IPv6 network reaches IPv4 through a tunnel (v4v6)"
  nat_off
  ip -n "$c" route delete default
  configure_broker "$broker_home" "ipv4Pool = 10.64.0.0/24"
  ask_for_ipv4 "$neighbour" udp 32
  ask_for_ipv4 "$neighbour" tcp 32
  # Until its tunnel has gone, another user is told 506 at the same outer address.
  broker_shell "culvert:tunnel-delete $(broker_tunnel "$neighbour" id)" >/dev/null
  configure_broker "$broker_home" "ipv4Pool = 10.64.0.0/24" "ipv4Length = 30"
  ask_for_ipv4 "$newcomer" udp 30
  close_ipv4
  ip -n "$c" route add default via 10.9.0.1
  configure_broker "$broker_home"
  go_home
}

# ask_for_ipv4 USER TRANSPORT LENGTH
ask_for_ipv4() {
  configure_client_alone "$client_home" "server = [$broker6]" "user = $1" "password = $password" \
    "tunnelType = v4v6" "transports = $2"
  await 60 "tunnel of type v4v6, asked for by $2" client_came_by "${2^^}" v4v6
  capture wire "$b" eth0 "ip6 proto 4 or ip"
  pings_answered 3 "$c" $world4 \
    || fail "no answer from $world4"
  captured wire
  [ "$(seen wire "ip6 proto 4" | wc -l)" -ge 6 ] || fail "IPv4 was not carried in IPv6"
  [ "$(seen wire "icmp and host $world4" | wc -l)" = 0 ] || fail "IPv4 was seen outside the tunnel"
  tell "the client pings $world4 from $(inner_address), /$3, in IPv6"
}

# IPv4 is forwarded by each interface for itself, and a network manager may write that of any.
close_ipv4() {
  say "Somebody switches the forwarding of IPv4 off, for the tunnel's device, then for the uplink"
  in_ns "$b" sysctl -qw net.ipv4.conf.culvert0.forwarding=0
  timed 2 "answer of $world4 after forwarding=0 of culvert0" world4_answers
  in_ns "$b" sysctl -qw net.ipv4.conf.eth1.forwarding=0
  local command="sysctl -w net.ipv4.conf.eth1.forwarding=1"
  await 10 "what to type, in culvert:tunnels" broker_says culvert:tunnels "$command"
  await 10 "the same in culvert:verify-leases" broker_says culvert:verify-leases "$command"
  cat "$broker_home"/data/log/*.log | grep WARN | grep -qF "$command" \
    || fail "no warning tells what to type"
  tell "the operator types: $command"
  # shellcheck disable=SC2086
  in_ns "$b" $command >/dev/null
  await 5 "answer of $world4" world4_answers
}

world4_answers() { in_ns "$c" ping -n -q -c 1 -W 1 $world4; }
