# A client on a network without IPv4, and a broker that has nothing else: between them a NAT64 (tayga),
# and a name server that tells of it (BIND's dns64), or a router that advertises it (RFC 8781).

field_long+=(nat64)

nat64_prefix=2001:db8:64::/96
nat64_broker=2001:db8:64::c000:201
nat64_client=2001:db8:c::2
nat64_pool=203.0.120.0/24

# client_has_no_ipv4 / client_has_ipv4: the network that the client is in.
client_has_no_ipv4() { ip -n "$c" address delete 10.9.0.2/24 dev eth0; }
client_has_ipv4() {
  ip -n "$c" address replace 10.9.0.2/24 dev eth0
  ip -n "$c" route replace default via 10.9.0.1
}

# The NAT64 stands where the NAT is; tayga gives each client an IPv4 address out of a pool.
start_nat64() {
  local dir=$work/nat64
  mkdir -p "$dir"
  printf '%s\n' "tun-device nat64" "ipv4-addr 203.0.120.1" "prefix $nat64_prefix" \
    "dynamic-pool $nat64_pool" "data-dir $dir" >"$dir/tayga.conf"
  in_ns "$n" tayga -c "$dir/tayga.conf" --mktun >/dev/null
  ip -n "$n" link set nat64 up
  ip -n "$n" route replace "$nat64_pool" dev nat64
  ip -n "$n" -6 route replace "$nat64_prefix" dev nat64
  ip -n "$b" route replace "$nat64_pool" via $direct4
  ip -n "$c" -6 route replace default via 2001:db8:c::1
  in_ns "$n" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  ip netns exec "$n" tayga -c "$dir/tayga.conf" -d >"$dir/tayga.log" 2>&1 </dev/null &
  nat64_daemon=$!
}

stop_nat64() {
  kill "$nat64_daemon"
  wait "$nat64_daemon" 2>/dev/null || true
  ip -n "$n" link delete nat64 2>/dev/null || true
  ip -n "$b" route delete "$nat64_pool" via $direct4
  ip -n "$c" -6 route delete default via 2001:db8:c::1
}

# start_dns64 [LINE]: the client's name server knows the broker and ipv4only.arpa, and by the line of
# dns64 it puts their IPv4 addresses behind the NAT64's prefix.
start_dns64() {
  local dir=$work/dns64 zone
  mkdir -p "$dir"
  cp "$(command -v named)" "$dir/named"
  for zone in "tb.example=@ A $broker4" $'ipv4only.arpa=@ A 192.0.0.170\n@ A 192.0.0.171'; do
    printf '$TTL 1\n@ SOA localhost. admin.localhost. 1 60 60 60 1\n@ NS localhost.\n%s\n' \
      "${zone#*=}" >"$dir/${zone%%=*}.zone"
  done
  {
    printf 'options { directory "%s"; pid-file "%s/pid"; session-keyfile "%s/key";\n' "$dir" "$dir" "$dir"
    printf 'listen-on { none; }; listen-on-v6 { 2001:db8:c::1; }; recursion yes; allow-recursion { any; };\n'
    printf 'dnssec-validation no; %s };\ncontrols { };\n' "$*"
    printf 'zone "%s" { type primary; file "%s.zone"; };\n' tb.example tb.example \
      ipv4only.arpa ipv4only.arpa
  } >"$dir/named.conf"
  ip netns exec "$n" "$dir/named" -g -n 1 -c "$dir/named.conf" >"$dir/log" 2>&1 </dev/null &
  dns64_daemon=$!
  await_quietly 20 "name server" client_resolves
}

client_resolves() { in_ns "$c" dig +short +time=1 +tries=1 @2001:db8:c::1 tb.example A | grep -q .; }

stop_dns64() { kill "$dns64_daemon"; wait "$dns64_daemon" 2>/dev/null || true; }

# start_router: a router on the client's link that advertises the NAT64, but only to those who ask. It
# is no default router. radvd knows the option from 2.20 on.
start_router() {
  local index; index=$(ip -n "$n" -o link show inside | cut -d: -f1)
  ip netns exec "$n" perl -MSocket=:all -e '
    my $all = pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"), $ARGV[0]);
    my $pref64 = pack("CCn", 38, 2, 1800) . substr(inet_pton(AF_INET6, $ARGV[1]), 0, 12);
    socket(my $link, AF_INET6, SOCK_RAW, 58) or die "socket: $!";
    setsockopt($link, 41, 18, 255) or die "hop limit: $!";
    syswrite(STDOUT, "listening\n");
    while (defined recv($link, my $message, 1500, 0)) {
      next if ord($message) != 133;
      send($link, pack("CCnCCnNN", 134, 0, 0, 64, 0, 0, 0, 0) . $pref64, 0, $all) or die "send: $!";
      syswrite(STDOUT, "answered\n");
    }' "$index" "${nat64_prefix%/*}" >"$work/router" 2>&1 </dev/null &
  router=$!
  await_quietly 20 "router" grep -q listening "$work/router"
}

stop_router() { kill "$router"; wait "$router" 2>/dev/null || true; }

# What the client's processes read as /etc/resolv.conf, which ip netns puts there.
client_asks_dns64() {
  mkdir -p "/etc/netns/$c"
  echo "nameserver 2001:db8:c::1" >"/etc/netns/$c/resolv.conf"
}

# A tunnel through the NAT64, as both ends and the wire show it.
is_through_nat64() {
  client_has_type v6udpv4 && client_json | grep -q "\[$nat64_broker\]:3653" && ping_from_tunnel
}
ping_from_tunnel() { in_ns "$c" ping -6 -n -c 1 -W 1 -I "$(inner_address)" "$world"; }
client_gives_up_for() { client_shell culvert:client | tr -d '\n' | grep -q "$1"; }

tell_nat64() {
  need_programs tayga:tayga named:bind9 dig:bind9-dnsutils perl:perl-base
  local before; before=$(assignment)
  rm -rf "/etc/netns/$c"
  say "The client's network has no IPv4; nobody tells of its NAT64; then a router advertises it"
  start_nat64
  start_dns64
  client_asks_dns64
  stop_daemon "$c"
  client_has_no_ipv4
  start "$client_home" "$c" client
  await 90 "reason: nobody tells of a NAT64" client_shows "no router advertises one"
  start_router
  restart_client
  await 60 "tunnel through the NAT64" is_through_nat64
  grep -q answered "$work/router" || fail "the router was not asked"
  same_assignment "$before"
  stop_router

  say "The NAT64 is told by the name server; the broker is named"
  # A client that goes on would remember for a while what the name server said.
  stop_daemon "$c"
  stop_dns64
  start_dns64 "dns64 $nat64_prefix { };"
  configure_client_alone "$client_home" "server = tb.example" "user = $user" "password = $password" \
    "prefixLength = 60"
  start "$client_home" "$c" client
  await 90 "tunnel through the NAT64" is_through_nat64
  show_tunnel
  [[ "$(outside)" == 203.0.120.* ]] || fail "the broker sees $(outside), and not an address of the NAT64"
  same_assignment "$before"

  say "The broker is an IPv4 address now"
  configure_client "$client_home" "$user"
  await 60 "tunnel through the NAT64" is_through_nat64
  same_assignment "$before"

  say "Protocol 41 is asked for"
  configure_client "$client_home" "$user" "tunnelType = v6v4"
  await 60 "reason: protocol 41 does not pass" client_gives_up_for "does not pass v6v4"

  say "The client comes into a network with IPv4, and goes back"
  client_has_ipv4
  ip -n "$c" address delete $nat64_client/64 dev eth0
  configure_client "$client_home" "$user"
  await 60 "ping through the NAT for IPv4" came_home
  same_assignment "$before"
  ip -n "$c" address add $nat64_client/64 dev eth0 nodad
  ip -n "$c" route replace $broker6 via 2001:db8:c::1
  ip -n "$c" -6 route replace default via 2001:db8:c::1
  client_has_no_ipv4
  await 60 "tunnel through the NAT64" is_through_nat64
  same_assignment "$before"

  stop_dns64
  stop_daemon "$c"
  stop_nat64
  client_has_ipv4
  rm -rf "/etc/netns/$c"
  configure_client "$client_home" "$user"
  start "$client_home" "$c" client
  await 90 "ping from home" ping_once
}

came_home() { client_json | grep -q "10.9.0.2:" && ping_from_tunnel; }
