# What surrounds a tunnel: the network behind the client, names, routes and the registry. Parts of the
# story told by lab.sh. The world's name servers are BIND and Knot, the client's own is NSD; the
# routing daemons are FRR and BIRD.
#
#   host ---- client ------ nat ------ broker ------ world
#        lan  NSD, BIRD    (tunnel)    FRR, BIRD     BIND, Knot

h=$lab-host
bind6=2001:db8:ffff::53
knot6=2001:db8:ffff::54
user_name=$user.tb.example

need_services() {
  need_programs named:bind9 dig:bind9-dnsutils knotd:knot nsd:nsd bird:bird2 radvd:radvd \
    whois:whois curl:curl /usr/lib/frr/bgpd:frr
}

# A network behind the client with one host, and name servers in the world.
build_surroundings() {
  need_services
  namespaces+=("$h")
  ip netns add "$h"
  ip -n "$h" link set lo up
  link "$c" lan "$h" eth0
  ip -n "$w" address add $bind6/64 dev eth0 nodad
  ip -n "$w" address add $knot6/64 dev eth0 nodad
  pools=("endpointPool = 2001:db8:0:1::/64" "delegationPools = 2001:db8:8000::/40")
}

# ask_with [LINE]...: the client asks anew.
ask_with() {
  configure_client "$client_home" "$user" "${@}"
  await 60 "a tunnel" ping_once
}

# --- the network behind the client

tell_lan() {
  say "The client hands its prefix on to the network behind it, by router advertisements"
  configure "$client_home" org.culvert.lan.radvd "interfaces = lan" "open = udp/53, tcp/53"
  await 30 "address out of the prefix at the host" host_has_address
  await 10 "answer from the world to the host" host_pings_world
  tell "the host has $(host_address) and pings $world"
  tell "the client's shell: culvert:client"
  client_shell culvert:client | sed 's/^/     /'

  others_at_the_gateway

  say "The client's tunnel goes, and what it handed on is taken back"
  unconfigure "$client_home" org.culvert.client
  await 30 "host without a default route" host_has_no_route
  ask_with
  await 30 "answer from the world to the host, again" host_pings_world
}

# What the gateway's network needs is the kernel's, and others have their hands on it.
others_at_the_gateway() {
  say "Somebody flushes the gateway's packet filter, again and again: nobody gets in"
  capture knocks "$h" eth0 "ip6 and tcp dst port 22"
  local i before
  for i in {1..10}; do
    # The rules of the filter follow one another: a new handle is a table that was made anew.
    before=$(lan_filter)
    in_ns "$c" nft flush ruleset
    await_quietly 2 "the filter again" lan_filter_is_new "$before"
    in_ns "$w" timeout 1 bash -c "echo >'/dev/tcp/$(host_address)/22'" 2>/dev/null || true
  done
  captured knocks
  [ "$(seen knocks tcp | wc -l)" = 0 ] || fail "$(seen knocks tcp | wc -l) connections reached the host"
  cat "$client_home"/data/log/*.log | grep -q "the filter ip6 culvert_lan is gone or changed" \
    || fail "the client's log does not tell that the filter was gone"

  say "Somebody flushes the routes of the gateway's interface, and those to its own addresses"
  in_ns "$c" ip -6 route flush dev lan
  await 5 "answer from the world to the host" host_pings_world
  in_ns "$c" ip -6 route del local "$(gateway_address)" dev lan table local
  await 5 "answer of the gateway" in_ns "$h" ping -6 -n -q -c 1 -W 1 "$(gateway_address)"
}

lan_filter() { in_ns "$c" nft -a list table ip6 culvert_lan 2>/dev/null | sed -n 1p; }
lan_filter_is_new() { local now; now=$(lan_filter); [ -n "$now" ] && [ "$now" != "$1" ]; }

host_address() {
  ip -n "$h" -6 -o address show dev eth0 scope global -deprecated | awk '{print $4}' \
    | cut -d/ -f1 | head -1
}
host_has_address() { [ -n "$(host_address)" ]; }
host_pings_world() { in_ns "$h" ping -6 -n -q -c 1 -W 2 "$world"; }
host_has_no_route() { [ -z "$(ip -n "$h" -6 route show default)" ]; }

# --- names

tell_names() {
  say "A name for the client's address, a way back, and names for a home without a name server"
  start_bind "$w" $bind6
  configure_dns "$broker_home" bind $bind6 "reverse = wildcard"
  ask_with
  local address host gateway
  address=$(inner_address) host=$(host_address) gateway=$(gateway_address)
  await 30 "name of the client in BIND" dns_is "$w" $bind6 "$user_name" AAAA "$address"
  await 20 "way back in BIND" dns_is "$w" $bind6 "$(reverse_name "$address")" PTR "$user_name."
  await 20 "way back for the host, by a wildcard" \
    dns_is "$w" $bind6 "$(reverse_name "$host")" PTR "$user_name."
  tell "the broker's shell: culvert:tunnel"
  broker_shell "culvert:tunnel $(broker_tunnel "$user" id)" | sed 's/^/     /'

  say "The reverse zone of the prefix is delegated to the client's own name server"
  await 20 "address of the client in its own network" client_has "$gateway"
  start_client_nsd "$c" "$gateway" \
    "$(reverse_zones "$(delegated_prefix)")=$(reverse_name "$host"). PTR pc.$user_name."
  ask_with "nameServers = $gateway"
  await 60 "the host's name by way of the delegation" walk_ends_at "$host" "pc.$user_name."
  dns_walk "$w" $bind6 "$(reverse_name "$host")" PTR

  say "BIND is down while the client gives up its name server, and then the broker is killed"
  stop_dns bind
  ask_with
  await 30 "duty that waits, with its reason" broker_says "culvert:duties --json" "queued"
  broker_shell "culvert:duties" | sed 's/^/     /'
  kill_broker
  start_broker
  await 60 "ping through the tunnel after the broker was killed" ping_once
  await 20 "the same duty, that it had written down" broker_says "culvert:duties --json" "queued"
  restart_dns bind
  broker_shell "culvert:retry" >/dev/null
  await 30 "way back for the host, by a wildcard" \
    dns_is "$w" $bind6 "$(reverse_name "$host")" PTR "$user_name."
  await 20 "word of the broker that all is as it should be" \
    broker_says "culvert:verify-services" "as it was provided"
  await 20 "the same of pools and the kernel's routes" \
    broker_says "culvert:verify-leases" "as it should be"

  say "The names go with the tunnel, and come with it"
  unconfigure "$client_home" org.culvert.client
  broker_shell "culvert:tunnel-delete $(broker_tunnel "$user" id)" >/dev/null
  await 20 "BIND without the name" dns_is "$w" $bind6 "$user_name" AAAA ""
  await 20 "BIND without the delegation" walk_ends_nowhere "$host"
  ask_with "nameServers = $gateway"
  await 30 "the name again" dns_is "$w" $bind6 "$user_name" AAAA "$address"
}

broker_says() { broker_shell "$1" | tr -s ' \n' ' ' | grep -q "$2"; }
gateway_address() { local prefix; prefix=$(delegated_prefix); echo "${prefix%/*}1"; }
client_has() { ip -n "$c" -6 address show dev lan -tentative | grep -qF " $1/"; }
walk_ends_at() {
  [ "$(dns_walk "$w" $bind6 "$(reverse_name "$1")" PTR | tail -1)" = "$2" ]
}
walk_ends_nowhere() { ! dns_walk "$w" $bind6 "$(reverse_name "$1")" PTR; }

# --- routes

tell_routes() {
  say "BGP through the tunnel, by negotiation alone: FRR at the broker, BIRD at the client"
  start_frr "$b" "$work/frr"
  start_bird "$c" "$work/bird"
  broker_shell "feature:install culvert-routing-frr" >/dev/null
  client_shell "feature:install culvert-routing-bird" >/dev/null
  configure "$broker_home" org.culvert.routing.frr "vtyDirectory = $work/frr" "${timers[@]}"
  configure_bird "$client_home" "$work/bird"
  # Else the tunnel server would know the way by itself, and nothing would be shown.
  configure_broker "$broker_home" "asNumber = 64512" "floatingRoutes = false"
  ask_with "routing = bgp" "as = $client_as"
  await 60 "route to the client's prefix, learned by BGP" learned_by bgp
  await 60 "answer from the host to the world" world_pings_host
  tell "$(ip -n "$b" -6 route show "$(delegated_prefix)")"
  show_services
  stop_bird "$work/bird"
  await 60 "end of the route, as nobody speaks for it at the client" learned_nothing
  ! world_pings_host >/dev/null || fail "the host is reached although no route leads to it"

  say "A client that announces what is not its own: a default route, a foreign prefix, ten thousand"
  local routes; routes=$(routes_of_broker)
  start_frr "$c" "$work/frr-client"
  announce 2001:db8:9000::/40 ::/0
  await 30 "session with the client's FRR" frr_has_session "$work/frr-client" "$(server_address)"
  await 30 "route to the prefix, again" learned_by bgp
  sleep 2
  same_routes "$routes"
  announce $(printf '2001:db8:9%03x::/48 ' {0..3000}) $(printf '2001:db8:a%03x::/48 ' {0..4095}) \
    $(printf '2001:db8:b%03x::/48 ' {0..4095})
  sleep 5
  same_routes "$routes"
  stop_frr "$work/frr-client"
  tell "no route at the broker has moved"
}

client_as=64999
timers=("keepAlive = 3" "holdTime = 9" "connectRetry = 2")

configure_bird() { # HOME DIRECTORY
  configure "$1" org.culvert.routing.bird "socket = $2/bird.ctl" "directory = $2/culvert" \
    "${timers[@]}"
}

# announce PREFIX...: by the client's FRR, which is told so by hand, beside the client's own prefix.
announce() {
  {
    printf 'router bgp %s\n no bgp ebgp-requires-policy\n no bgp network import-check\n' $client_as
    printf ' neighbor %s remote-as 64512\n' "$(server_address)"
    printf ' neighbor %s ttl-security hops 1\n' "$(server_address)"
    printf ' neighbor %s disable-connected-check\n' "$(server_address)"
    printf ' neighbor %s timers connect 2\n' "$(server_address)"
    printf ' address-family ipv6 unicast\n  neighbor %s activate\n' "$(server_address)"
    printf '  network %s\n' "$(delegated_prefix)" "$@"
  } >"$work/announced"
  vtysh --vty_socket "$work/frr-client" -f "$work/announced" >/dev/null
}

server_address() { echo 2001:db8:0:1::1; }
learned_by() { ip -n "$b" -6 route show "$(delegated_prefix)" | grep -q "proto $1"; }
learned_nothing() { [ -z "$(ip -n "$b" -6 route show "$(delegated_prefix)")" ]; }
world_pings_host() { in_ns "$w" ping -6 -n -q -c 1 -W 2 "$(host_address)"; }
# same_routes ROUTES: the broker has these and none more, but perhaps that of the delegated prefix.
same_routes() {
  local more
  more=$(comm -13 <(echo "$1") <(routes_of_broker) | grep -vxF "$(delegated_prefix)") || true
  [ -z "$more" ] || fail "the broker took routes that are not the client's: $more"
  [ -z "$(comm -23 <(echo "$1") <(routes_of_broker))" ] || fail "the broker lost a route"
}
routes_of_broker() { ip -n "$b" -6 route show | awk '{print $1}' | sort; }
show_services() {
  tell "the broker's shell: culvert:services, culvert:duties"
  broker_shell "culvert:services" | sed 's/^/     /'
  broker_shell "culvert:duties" | sed 's/^/     /'
}

# --- plug-ins that come and go

tell_swaps() {
  say "BIND gives way to Knot and FRR to BIRD, while a host behind the client pings the world"
  [ -n "${dns_daemons[bind]:-}" ] || start_bind "$w" $bind6
  [ -s "$work/frr/zebra.pid" ] || start_frr "$b" "$work/frr"
  start_bird "$c" "$work/bird"
  configure_dns "$broker_home" bind $bind6
  broker_shell "feature:install culvert-routing-frr" >/dev/null
  client_shell "feature:install culvert-routing-bird" >/dev/null
  configure "$broker_home" org.culvert.routing.frr "vtyDirectory = $work/frr" "${timers[@]}"
  configure_bird "$client_home" "$work/bird"
  configure_broker "$broker_home" "asNumber = 64512"
  ask_with "routing = bgp" "as = $client_as"
  await 60 "route to the client's prefix, learned by BGP" learned_by bgp
  await 20 "name of the client in BIND" dns_is "$w" $bind6 "$user_name" AAAA "$(inner_address)"
  await 20 "answer from the world to the host" host_pings_world
  steady_ping_begin "$h" 1200

  start_knot "$w" $knot6
  configure_dns "$broker_home" knot $knot6 "service.ranking = 10"
  await 20 "name of the client in Knot" dns_is "$w" $knot6 "$user_name" AAAA "$(inner_address)"
  await 20 "BIND without the name" dns_is "$w" $bind6 "$user_name" AAAA ""
  unconfigure "$broker_home" org.culvert.dns.update-bind

  broker_shell "feature:uninstall culvert-routing-frr" >/dev/null
  await 20 "FRR without the neighbor" frr_has_forgotten
  stop_frr "$work/frr"
  start_bird "$b" "$work/bird-broker"
  broker_shell "feature:install culvert-routing-bird" >/dev/null
  configure_bird "$broker_home" "$work/bird-broker"
  await 60 "route to the client's prefix, learned by BIRD" learned_by bird
  show_services
  steady_ping_end
}

tell_links() {
  say "OSPFv3 and RIPng, on a link of the tunnel's own: BIRD at both ends"
  configure_broker "$broker_home" "floatingRoutes = false"
  local protocol
  for protocol in ospf rip; do
    ask_with "routing = $protocol"
    await 90 "route to the client's prefix by $protocol, on a device of its own" \
      learned_on_own_device "$protocol"
    await 60 "answer from the host to the world" world_pings_host
    tell "$(ip -n "$b" -6 route show "$(delegated_prefix)" proto bird)"
    broker_shell "culvert:tunnel $(broker_tunnel "$user" id)" | grep -i -A2 routing | sed 's/^/     /'
  done
  ask_with
  await 30 "tunnel on the device that all share" on_shared_device
}

learned_on_own_device() { # PROTOCOL
  bird_shell "$work/bird-broker" show route "$(delegated_prefix)" all | grep -qi "type: $1" || return 1
  ip -n "$b" -6 route show "$(delegated_prefix)" proto bird | grep -q 'dev culvert0-'
}
on_shared_device() { ip -n "$b" -6 route show "$(delegated_prefix)" | grep -q 'dev culvert0 '; }

frr_has_forgotten() { ! frr_shell "$work/frr" "show running-config" | grep -q neighbor; }

# --- the registry

tell_registry() {
  say "Whois and RDAP tell who holds the prefix"
  configure "$broker_home" org.culvert.registry "whois = [::]:43" \
    "rdap = [::]:8080" "networks = 2001:db8:8000::/40" "show = handle" "source = LAB"
  await 20 "whois" whois_says "inet6num: *$(delegated_prefix)"
  in_ns "$w" whois -h 2001:db8:ffff::1 "$(host_address)" | sed 's/^/     /'
  whois_says "nic-hdl: *${user^^}-LAB" || fail "whois does not name the holder's handle"
  in_ns "$w" curl -s "http://[2001:db8:ffff::1]:8080/ip/$(host_address)" \
    | grep -q "\"handle\":\"$(delegated_prefix)\"" || fail "RDAP does not know the prefix"
  tell "RDAP tells the same"
}

whois_says() { in_ns "$w" whois -h 2001:db8:ffff::1 "$(host_address)" | grep -q "^$1"; }
