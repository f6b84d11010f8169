# What NATs do, and where a client turns up: parts of the story told by lab.sh.

# renew: the client asks anew, and has a tunnel.
renew() {
  local before; before=$(connects)
  restart_client
  await 30 "new tunnel" connected_since "$before"
}

connected_since() { [ "$(connects)" -gt "$1" ]; }
client_port() { client_json | sed -n 's/.*"path" *: *"[^"]*:\([0-9]*\) to .*/\1/p'; }
outside() { broker_tunnel "$user" remote; }
ping_client() { in_ns "$w" ping -6 -n -c 1 -W 1 "$1"; }

tell_ports() {
  say "NATs that keep the client's port, and NATs that do not"
  local before flags; before=$(assignment)
  for flags in "" random,fully-random; do
    translate "$n" "ip saddr 10.9.0.0/16 masquerade $flags"
    renew
    ping_world 1
    local inside outside; inside=$(client_port) outside=$(outside)
    tell "masquerade $flags: port $inside inside, $outside outside"
    if [ -z "$flags" ]; then
      [ "${outside##*:}" = "$inside" ] || fail "this NAT was to keep the port"
    else
      [ "${outside##*:}" != "$inside" ] || fail "this NAT was to change the port"
    fi
  done
  same_assignment "$before"
}

tell_expiry() {
  say "A NAT forgets quiet mappings after 30 s; keepalives come sooner"
  local inner before; inner=$(inner_address)
  nat_on 203.0.113.2
  udp_timeout 30
  renew
  before=$(connects)
  sleep 61 # Two lifetimes of a mapping: nothing but keepalives holds it open.
  await 3 "answer to a ping from outside, after 61 s without traffic" ping_client "$inner"
  [ "$(connects)" = "$before" ] || fail "the client had to connect again"
  tell "the client did not have to connect again"

  say "The NAT now forgets them after 1 s, before any keepalive"
  udp_timeout 1
  await 90 "new tunnel, by the client itself" connected_since "$before"
  await 90 "ping through it" ping_once
  udp_timeout 30
  renew
}

udp_timeout() {
  in_ns "$n" sysctl -qw net.netfilter.nf_conntrack_udp_timeout="$1" \
    net.netfilter.nf_conntrack_udp_timeout_stream="$1"
}

tell_carrier() {
  say "Two NATs in a row: the home's and the carrier's"
  local before; before=$(assignment)
  behind_carrier
  renew
  ping_world 1
  same_assignment "$before"
  broker_sees $carrier4
  ahead_of_carrier
}

behind_carrier() {
  translate "$n" "ip saddr 10.9.0.0/16 masquerade random"
  translate "$g" "ip saddr 100.64.0.0/24 snat to $carrier4 random"
  leave_by_carrier
}

ahead_of_carrier() {
  leave_by_own_line
  in_ns "$g" nft flush ruleset
  forget_mappings "$g"
}

tell_hairpin() {
  say "Two clients behind one NAT reach each other through their tunnels"
  nat_on 203.0.113.2
  renew
  start_neighbour
  await 60 "the neighbour's tunnel" in_ns "$d" ping -6 -n -c 1 -W 1 "$world"
  local mine theirs
  mine=$(broker_tunnel "$user" address) theirs=$(broker_tunnel "$neighbour" address)
  [ "$(outside | cut -d: -f1)" = "$(broker_tunnel "$neighbour" remote | cut -d: -f1)" ] \
    || fail "the two were to come from one address"
  pings_answered 5 "$c" "$theirs" \
    || fail "the client does not reach its neighbour"
  pings_answered 5 "$d" "$mine" \
    || fail "the neighbour does not reach the client"
  tell "$mine and $theirs ping each other, both from $(outside | cut -d: -f1)"
  neighbour_shell culvert:client | grep -q "$theirs" || fail "the neighbour has another address"
  kill_java "$d"
}

# threats: T23
tell_groups() {
  say "Tunnels reach those of their own groups only, and a user's group changes"
  nat_on 203.0.113.2
  renew
  start_neighbour
  await 120 "the neighbour's tunnel" in_ns "$d" ping -6 -n -c 1 -W 1 "$world"
  # Of an earlier part he may have an IPv4 address, too.
  local theirs name; theirs=$(broker_tunnel "$neighbour" address | grep :)
  await 10 "the neighbour's answer" reaches "$c" "$theirs"
  configure "$broker_home" org.culvert.endpoint.server "isolate = groups"
  await 60 "the kernel's table of groups" knows_groups
  await 120 "tunnel" ping_once
  ! reaches "$c" "$theirs" || fail "tunnels reach one another whose users are in no group"
  for name in "$user" "$neighbour"; do
    broker_shell "culvert:account-policy --groups home $name" >/dev/null
  done
  neighbour_shell culvert:client-reconnect >/dev/null
  renew
  await 120 "the neighbour's answer, from the same group" reaches "$c" "$theirs"
  broker_shell "culvert:account-policy --groups work $neighbour" >/dev/null
  neighbour_shell culvert:client-reconnect >/dev/null
  await 120 "its end, from another group" unreached "$c" "$theirs"
  await 120 "the neighbour's tunnel" in_ns "$d" ping -6 -n -c 1 -W 1 "$world"
  ! reaches "$d" "$(inner_address)" || fail "the neighbour reaches a tunnel of another group"
  ping_world 1
  broker_shell culvert:drops | grep isolated | sed 's/^/     /'
  for name in "$user" "$neighbour"; do
    broker_shell "culvert:account-policy --groups none $name" >/dev/null
  done
  unconfigure "$broker_home" org.culvert.endpoint.server
  await 120 "the neighbour's answer, as all reach one another" reaches "$c" "$theirs"
  kill_java "$d"
}

# Groups take effect some time after the file is written; until then all reach one another.
knows_groups() { in_ns "$b" nft list chain inet culvert_host_culvert0 groups; }
reaches() { in_ns "$1" ping -6 -n -q -c 1 -W 1 "$2" >/dev/null; }
unreached() { ! reaches "$@"; }

tell_places() {
  say "The client turns up elsewhere again and again, while the world pings it 20 times a second"
  local before; before=$(assignment)
  nat_on 203.0.113.2
  renew
  in_ns "$w" ping -6 -n -i 0.05 "$(inner_address)" >/dev/null 2>&1 &
  local pinging=$!

  move_to "a new port of the same NAT" v6udpv4 forget_and_renew
  move_to "a new address of its own" v6udpv4 take_another_address
  move_to "behind another NAT" v6udpv4 change_nat
  move_to "no NAT at all" v6v4 shed_nat
  move_to "another encapsulation at the same place" v6udpv4 insist_on_udp

  kill "$pinging"
  wait "$pinging" 2>/dev/null || true
  same_assignment "$before"
  go_home
}

# move_to WHERE TYPE COMMAND: does it, then shows that the old place got nothing any more from the
# instant at which the broker acknowledged the new accept.
move_to() {
  local before old type_before
  before=$(assignment)
  read -r type_before old < <(broker_tunnel "$user" type remote)
  capture places "$b" any "udp port 3653 or ip proto 41"
  sleep 0.5 # So that the old place is seen to get something first.
  tell "$1"
  "$3"
  await 20 "ping from there" ping_once
  captured places
  client_has_type "$2" || fail "the tunnel was to be $2"
  [ "$(outside)" != "$old" ] || fail "the broker still sees $old"
  same_assignment "$before"

  local to_old accept
  to_old="src host $broker4 and ip proto 41 and dst host $old"
  [ "$type_before" = v6v4 ] \
    || to_old="src host $broker4 and udp[8] & 0xf0 = 0x60 and dst host ${old%:*} and dst port ${old#*:}"
  accept=$(seen places "src host $broker4 and udp src port 3653 and udp[8] & 0xf0 = 0xf0" | tail -1)
  [ -n "$accept" ] || fail "no accept was seen"
  local all late
  all=$(seen places "$to_old" | wc -l)
  late=$(seen places "$to_old" | awk -v accept="$accept" '$1 > accept' | wc -l)
  [ "$all" -gt 0 ] || fail "nothing was ever seen on its way to $old"
  [ "$late" = 0 ] || fail "$late of $all packets went to $old after the new accept"
  tell "$old got $all packets before the new accept and none after"
}

forget_and_renew() { forget_mappings "$n"; renew; }

# The client notices by itself.
take_another_address() {
  local before; before=$(connects)
  ip -n "$c" address add 10.9.0.77/24 dev eth0
  ip -n "$c" address delete 10.9.0.2/24 dev eth0
  ip -n "$c" address replace 10.9.0.77/24 dev eth0
  ip -n "$c" route replace default via 10.9.0.1
  await 30 "new tunnel, by the client itself" connected_since "$before"
}

change_nat() { behind_carrier; renew; }
shed_nat() { ahead_of_carrier; nat_off; renew; }

insist_on_udp() {
  configure_client "$client_home" "$user" "tunnelType = v6udpv4"
  await 20 "tunnel of type v6udpv4" client_has_type v6udpv4
}

go_home() {
  ip -n "$c" address delete 10.9.0.77/24 dev eth0 2>/dev/null || true
  ip -n "$c" address replace 10.9.0.2/24 dev eth0
  ip -n "$c" route replace default via 10.9.0.1
  nat_on 203.0.113.2
  configure_client "$client_home" "$user"
  await 30 "ping from home" ping_once
}
