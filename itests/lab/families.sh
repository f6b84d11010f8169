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
  in_ns "$c" ping -4 -n -q -c 3 -i 0.3 -W 2 $world4 | grep -q ' 0% packet loss' \
    || fail "no answer from $world4"
  captured wire
  [ "$(seen wire "ip6 proto 4" | wc -l)" -ge 6 ] || fail "IPv4 was not carried in IPv6"
  [ "$(seen wire "icmp and host $world4" | wc -l)" = 0 ] || fail "IPv4 was seen outside the tunnel"
  tell "the client pings $world4 from $(inner_address), /$3, in IPv6"
}
