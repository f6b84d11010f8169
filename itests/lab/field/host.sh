# Hosts as their kernel makes them: what Culvert prepares, and what it says where it may not. Parts of
# the story told by lab.sh field.

field+=(host_forwards host_may_not host_dead_ends host_native host_advertised)

setting() { in_ns "$1" sysctl -n "$2"; }
setting_is() { [ "$(setting "$1" "$2")" = "$3" ]; }
log_of() { cat "$1"/data/log/*.log; }
log_says() { log_of "$1" | grep -qF "$2"; }

tell_host_forwards() {
  say "A broker on a host that forwards nothing: the first tunnel has it forward, and the log says so"
  await 10 "forwarding at the broker" setting_is "$b" net.ipv6.conf.all.forwarding 1
  log_says "$broker_home" "net.ipv6.conf.all.forwarding=1 is set, and stays so" \
    || fail "the broker's log does not tell that the host forwards"
  ping_world 3
  setting_is "$b" net.ipv4.ip_forward 0 || fail "IPv4 is forwarded though no tunnel carries it"

  say "Somebody switches it off while the tunnel stands"
  in_ns "$b" sysctl -qw net.ipv6.conf.all.forwarding=0
  timed 2 "forwarding at the broker again" setting_is "$b" net.ipv6.conf.all.forwarding 1
  ping_world 1
}

tell_host_may_not() {
  say "The operator does not let the host be changed, so what is missing is told"
  configure "$broker_home" org.culvert.endpoint.server "hostSettings ="
  in_ns "$b" sysctl -qw net.ipv6.conf.all.forwarding=0
  local command="sysctl -w net.ipv6.conf.all.forwarding=1" told
  await 30 "word of it in culvert:tunnels" broker_says culvert:tunnels "$command"
  await 10 "the same in culvert:verify-leases" broker_says culvert:verify-leases "$command"
  log_of "$broker_home" | grep WARN | grep -qF "$command" || fail "no warning tells what to type"
  told=$(log_of "$broker_home" | grep WARN | grep -cF "$command")
  [ "$told" = 1 ] || fail "it is told $told times"
  ! ping_once >/dev/null || fail "the world answers although nothing is forwarded"
  tell "the operator types: $command"
  # shellcheck disable=SC2086
  in_ns "$b" $command >/dev/null
  await 30 "answer from the world" ping_once
  ! broker_says culvert:tunnels "$command" || await 5 "end of the warning" host_lacks_nothing "$command"
  unconfigure "$broker_home" org.culvert.endpoint.server
  await 60 "a tunnel" ping_once
}

host_lacks_nothing() { ! broker_says culvert:tunnels "$1"; }

# unreachable_once NAMESPACE DEVICE FROM TO: one packet goes there, one answer comes back.
unreachable_once() {
  capture circle "$1" "$2" "icmp6"
  in_ns "$3" ping -6 -n -c 1 -t 255 -W 2 "$4" >"$work/circle.ping" 2>&1 || true
  captured circle
  local requests unreachables
  requests=$(seen circle "ip6[40] = 128 and dst $4" | wc -l)
  unreachables=$(seen circle "ip6[40] = 1" | wc -l)
  tell "to $4: $requests packet, $unreachables answer: $(grep -m1 -i unreach "$work/circle.ping" || true)"
  [ "$requests" = 1 ] && [ "$unreachables" = 1 ] || fail "$requests packets and $unreachables answers"
}

tell_host_dead_ends() {
  say "Packets to what no tunnel has: one answer, and nothing goes back where it came from"
  # The broker's own default route leads to whoever routes its pools back to it.
  ip -n "$b" -6 route add default via "$world"
  local address prefix unused
  address=$(inner_address) prefix=$(delegated_prefix)
  unreachable_once "$w" eth0 "$w" "${address%:*:*:*:*}:dead:beef:dead:beef"
  # The broker hands out the beginning of its pool first.
  unused=${prefix%%:8000*}
  [ "$unused" = "$prefix" ] || unreachable_once "$w" eth0 "$w" "$unused:ffff::1"
  tell "the broker's host:"
  ip -n "$b" -6 route show type unreachable | sed 's/^/     /'

  say "Somebody flushes those routes"
  ip -n "$b" -6 route flush proto 199 type unreachable
  timed 2 "unreachable routes at the broker" has_dead_ends "$b"

  say "The same at a client without a network behind it, for the rest of its prefix"
  has_dead_ends "$c" || fail "the client has no end for the rest of its prefix"
  unreachable_once "$w" eth0 "$w" "${prefix%/*}5"
  ip -n "$c" -6 route flush proto 199 type unreachable
  timed 2 "unreachable route at the client" has_dead_ends "$c"

  say "The broker is killed: its pools end at the host all the same"
  kill_broker
  unreachable_once "$w" eth0 "$w" "${address%:*:*:*:*}:dead:beef:dead:beef"
  start_broker
  await 60 "ping through the tunnel" ping_once
  ip -n "$b" -6 route del default via "$world"
}

has_dead_ends() { ip -n "$1" -6 route show type unreachable | grep -q 'proto 199'; }

native_on() {
  ip -n "$n" -6 route replace default via 2001:db8:d::254
  in_ns "$n" sysctl -qw net.ipv6.conf.all.forwarding=1
  ip -n "$c" -6 route add default via 2001:db8:c::1 metric 1024
}

native_off() { ip -n "$c" -6 route del default via 2001:db8:c::1; ip -n "$n" -6 route del default; }

# came_from ADDRESS [PING OPTION]...: the world is pinged, and sees this source.
came_from() {
  capture source "$w" eth0 "icmp6 and ip6[40] = 128"
  in_ns "$c" ping -6 -n -q -c 1 -W 2 "${@:2}" "$world" >/dev/null || fail "no answer to $1"
  captured source
  [ -n "$(seen source "src $1")" ] || fail "the world did not see $1"
}

tell_host_native() {
  say "The client gets IPv6 beside its tunnel: that is used, but by what comes from the tunnel's address"
  local address device; address=$(inner_address)
  device=$(ip -n "$c" -6 route get "$world" | sed -n 's/.* dev \([^ ]*\) .*/\1/p')
  came_from "$address"
  native_on
  came_from 2001:db8:c::2
  tell "the world sees 2001:db8:c::2"
  came_from "$address" -I "$address"
  in_ns "$c" ip route get "$world" from "$address" | grep -q "dev $device " \
    || fail "packets from the tunnel's address do not leave by $device"
  tell "and $address from who asks for it, by $device"

  say "That goes again, and all use the tunnel"
  native_off
  came_from "$address"
  tell "the world sees $address"

  native_on
  came_from 2001:db8:c::2
  configure "$client_home" org.culvert.endpoint.client "defaultRouteMetric = 512"
  await 30 "default route with the metric that the operator wrote" default_has_metric "$device" 512
  await 30 "tunnel" ping_once
  came_from "$address"
  tell "with defaultRouteMetric = 512 the world sees $address though there is IPv6 beside the tunnel"
  unconfigure "$client_home" org.culvert.endpoint.client
  await 30 "default route with the metric that is shipped" default_has_metric "$device" 2048
  await 30 "tunnel" ping_once
  came_from 2001:db8:c::2
  native_off

  say "Somebody flushes the rules"
  native_on
  in_ns "$c" ip -6 rule flush
  # As the kernel's own, or a network manager that starts later takes it away as a stranger's.
  in_ns "$c" ip -6 rule add priority 32766 lookup main protocol kernel
  timed 2 "rules at the client" rules_stand "$address"
  came_from "$address" -I "$address"
  native_off
}

default_has_metric() { # DEVICE METRIC
  ip -n "$c" -6 route show default dev "$1" | grep -q "metric $2 "
}

rules_stand() { ip -n "$c" -6 rule | grep -q "from $1 lookup 5572"; }

# advertise NAMESPACE DEVICE PREFIX: a real radvd on one link, which does nothing else.
advertise() {
  printf 'interface %s {\n  AdvSendAdvert on;\n  MinRtrAdvInterval 3;\n  MaxRtrAdvInterval 4;\n  prefix %s { };\n};\n' \
    "$2" "$3" >"$work/radvd.$2.conf"
  in_ns "$1" radvd -n -m stderr -C "$work/radvd.$2.conf" -p "$work/radvd.$2.pid" \
    >"$work/radvd.$2.log" 2>&1 &
  advertisers+=($!)
}

advertisers=()

fall_silent() {
  kill "${advertisers[@]}"
  wait "${advertisers[@]}" || true
  advertisers=()
}

# uplink NAMESPACE FAR ACCEPT_RA ADDRESS: a link of this host's comes up, at whose other end a router advertises
# itself. What comes with the number 1 was set up by a program that knows nothing of forwarding.
uplink() {
  link "$1" up0 "$n" "$2"
  ip -n "$n" address add "$4" dev "$2" nodad
  [ -z "$3" ] || in_ns "$1" sysctl -qw net.ipv6.conf.up0.accept_ra="$3"
}

has_advertised_route() { ip -n "$1" -6 route show default proto ra | grep -q 'dev up0'; }

tell_host_advertised() {
  need_programs radvd:radvd
  say "IPv6 of its own comes by router advertisements to hosts that forward already, by us"
  in_ns "$n" sysctl -qw net.ipv6.conf.all.forwarding=1
  setting_is "$b" net.ipv6.conf.all.forwarding 1 || fail "the broker does not forward yet"
  tell "a new uplink of the broker's, which something set up for a host that forwards nothing"
  uplink "$b" far1 1 2001:db8:e1::1/64
  advertise "$n" far1 2001:db8:e1::/64
  await 15 "default route by an advertisement at the broker" has_advertised_route "$b"
  log_says "$broker_home" "net.ipv6.conf.up0.accept_ra=2 is set, and stays so" \
    || fail "the broker's log does not tell what it set"
  ping_world 1

  say "The same at a client with a network behind it"
  ip -n "$c" link add lan type veth peer name lanhost
  ip -n "$c" link set lan up
  ip -n "$c" link set lanhost up
  configure "$client_home" org.culvert.lan.radvd "interfaces = lan"
  await 30 "forwarding at the client" setting_is "$c" net.ipv6.conf.all.forwarding 1
  uplink "$c" far2 1 2001:db8:e2::1/64
  advertise "$n" far2 2001:db8:e2::/64
  await 15 "default route by an advertisement at the client" has_advertised_route "$c"
  [ "$(setting "$c" net.ipv6.conf.lan.accept_ra)" != 2 ] \
    || fail "the client heeds routers in the network that it is the router of"

  say "The uplink goes and comes back, as a line does that connects anew"
  ip -n "$c" link del up0
  uplink "$c" far3 "" 2001:db8:e3::1/64
  advertise "$n" far3 2001:db8:e3::/64
  await 15 "default route by an advertisement at the client again" has_advertised_route "$c"

  fall_silent
  unconfigure "$client_home" org.culvert.lan.radvd
  ip -n "$c" link del up0
  ip -n "$b" link del up0
  ip -n "$c" link del lan
  in_ns "$c" sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.default.accept_ra=1
  await 60 "tunnel" ping_once
}
