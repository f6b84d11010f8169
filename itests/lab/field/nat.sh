# NATs that forget soon, that drop protocol 41 some day, or that stand before the broker, and two hosts
# with one account. Everything runs by the settings that are shipped.

field+=(quiet deaf onetoone)
field_long+=(forgetful shared idle)

# forget_after SECONDS [NAMESPACE]: a NAT that gives up every UDP mapping that is quiet for so long.
forget_after() {
  in_ns "${2:-$n}" sysctl -qw net.netfilter.nf_conntrack_udp_timeout="$1" \
    net.netfilter.nf_conntrack_udp_timeout_stream="$1"
}

client_shows() { client_json | grep -q "$1"; }
client_is_heard() { client_json | grep -q '"phase" *: *"connected"'; }
broker_log_says() { grep -q "$1" "$broker_home/data/log/karaf.log"; }

# seldom_ping NAMESPACE NAME SECONDS: an echo request every minute and nothing else, in the background.
seldom_ping() {
  ip netns exec "$1" ping -6 -n -i 60 -c $(($3 / 60 + 1)) -W 10 "$world" >"$work/seldom.$2" 2>&1 &
  seldom+=("$2:$!")
}

# seldom_pings_end: waits for them; each one must have been answered.
seldom_pings_end() {
  local one
  for one in "${seldom[@]}"; do
    wait "${one#*:}" || true
    grep -q ' 0% packet loss' "$work/seldom.${one%:*}" \
      || fail "${one%:*}: $(grep -E 'loss|transmitted' "$work/seldom.${one%:*}")"
    tell "${one%:*}: $(grep loss "$work/seldom.${one%:*}" | sed 's/, time.*//')"
  done
  seldom=()
}

seldom=()

tell_forgetful() {
  say "A NAT that gives another port each time and forgets after 5 s of quiet; a ping every minute"
  local before
  translate "$n" "ip saddr 10.9.0.0/16 masquerade random,fully-random"
  forget_after 5
  restart_client
  await 180 "shorter interval, found by the client itself" client_shows "keepalive.*every [1-4] s"
  await 60 "ping" ping_once
  client_shell culvert:client | grep -E 'phase|keepalive' | sed 's/^/     /'
  before=$(connects)
  seldom_ping "$c" "$user" 180
  seldom_pings_end
  [ "$(connects)" = "$before" ] || fail "the client had to connect again"
  tell "the client did not have to connect again"
  forget_after 30
  nat_on 203.0.113.2
  restart_client
  await 60 "tunnel" ping_once
}

tell_deaf() {
  say "Protocol 41 worked and is dropped from now on, which no message of the protocol can tell"
  local before; before=$(assignment)
  nat_off
  restart_client
  await 60 "tunnel of type v6v4" client_has_type v6v4
  await 20 "packet through it" client_is_heard
  in_ns "$n" nft -f - <<'RULES'
table ip lab {
  chain through {
    type filter hook forward priority filter
    ip protocol 41 drop
  }
}
RULES
  tell "protocol 41 is dropped"
  await 240 "tunnel of type v6udpv4, by the client itself" client_has_type v6udpv4
  await 20 "ping through it" ping_once
  same_assignment "$before"

  say "Nothing at all comes back any more: the client does not call that connected"
  in_ns "$n" nft -f - <<'RULES'
table ip lab {
  chain quiet {
    type filter hook forward priority filter
    iifname "outside*" udp sport 3653 udp length > 8 @th,64,4 6 drop
  }
}
RULES
  restart_client
  await 60 "doubt in the client's shell" client_shows "nothing received yet"
  await 60 "the loss in the client's shell" client_shows "no packet ever came out of it"
  nat_on 203.0.113.2
  restart_client
  await 120 "tunnel" ping_once
  same_assignment "$before"
}

tell_onetoone() {
  say "The broker's own address is private; a NAT that translates one to one stands before it"
  local outside=198.51.100.77 inside=10.1.1.1
  nat_off
  ip -n "$b" address add $inside/32 dev lo
  ip -n "$n" route add $inside via 203.0.113.254
  in_ns "$n" nft -f - <<RULES
table ip lab {
  # What is behind this NAT has no address outside but the one that is translated.
  chain inside_only {
    type filter hook prerouting priority raw
    iifname "inside*" ip daddr $inside drop
  }
  chain before {
    type nat hook prerouting priority dstnat
    ip daddr $outside dnat to $inside
  }
  chain after {
    type nat hook postrouting priority srcnat
    ip saddr $inside snat to $outside
  }
}
RULES
  configure_client_alone "$client_home" "server = $outside" "user = $user" "password = $password" \
    "prefixLength = 60" "tunnelType = v6v4"
  await 60 "what is missing, said by culvert:verify-leases" verify_says "outsideAddresses"
  configure_broker "$broker_home" "outsideAddresses = $inside $outside"
  await 60 "broker" port_is_open
  restart_client
  await 90 "tunnel of type v6v4 to the outside address" ping_once
  client_has_type v6v4 || fail "the tunnel was to be v6v4"
  ! verify_says outsideAddresses || fail "nothing is missing any more"
  tell "the client's tunnel leads to $outside, the broker's stands on $(broker_tunnel "$user" local)"
  configure_broker "$broker_home"
  await 60 "broker" port_is_open
  ip -n "$b" address delete $inside/32 dev lo
  ip -n "$n" route delete $inside
  nat_on 203.0.113.2
  configure_client "$client_home" "$user"
  await 90 "tunnel" ping_once
}

verify_says() { broker_shell culvert:verify-leases | grep -q "$1"; }

tell_shared() {
  say "Two hosts use one account"
  nat_on 203.0.113.2
  unpack "$neighbour_home"
  configure_client "$neighbour_home" "$user"
  start "$neighbour_home" "$d" client
  await 900 "the broker's word about it" broker_log_says "another host uses the account $user"
  grep "another host uses the account" "$broker_home/data/log/karaf.log" | tail -1 | sed 's/^/     /'
  local holder; holder=$(broker_tunnel "$user" remote)
  local begin=$SECONDS
  while [ $((SECONDS - begin)) -lt 180 ]; do
    [ "$(broker_tunnel "$user" remote)" = "$holder" ] || fail "the tunnel changed hands again"
    sleep 5
  done
  tell "the tunnel stays with $holder"
  neighbour_shell culvert:client | grep -q "up" || fail "the host that came last has no tunnel"
  { client_shell culvert:client; neighbour_shell culvert:client; } \
    | grep -q "another host" || fail "neither host says that another one uses its account"
  stop_daemon "$d"
  restart_client
  await 120 "tunnel of the one that is left" ping_once
}

# idle_host NUMBER USER SECONDS RULE...: one more host, behind a NAT of its own that forgets after so
# many seconds. It is started, and not waited for.
idle_host() {
  local host=$lab-idle$1 nat=$lab-idlenat$1 home=$work/idle$1
  namespaces+=("$host" "$nat")
  ip netns add "$host"
  ip netns add "$nat"
  ip -n "$host" link set lo up
  ip -n "$nat" link set lo up
  link "$host" eth0 "$nat" inside
  link "$nat" outside "$b" "idle$1"
  ip -n "$host" address add "10.8.$1.2/24" dev eth0
  ip -n "$nat" address add "10.8.$1.1/24" dev inside
  ip -n "$nat" address add "198.18.$1.1/24" dev outside
  ip -n "$b" address add "198.18.$1.254/24" dev "idle$1"
  ip -n "$host" route add default via "10.8.$1.1"
  ip -n "$nat" route add $broker4 via "198.18.$1.254"
  in_ns "$nat" sysctl -qw net.ipv4.ip_forward=1
  translate "$nat" "${@:4}"
  forget_after "$3" "$nat"
  unpack "$home"
  lives[$home]=$host
  configure_client "$home" "$2"
  start "$home" "$host" client
  tell "$2 is behind: ${*:4}"
}

# idle_hosts SECONDS: the lab's client and three more, behind one kind of NAT each, which forgets after
# so many seconds, all with tunnels.
idle_hosts() {
  translate "$n" "ip saddr 10.9.0.0/16 masquerade random"
  forget_after "$1"
  tell "$user is behind: masquerade random"
  restart_client
  idle_host 1 "$neighbour" "$1" "ip saddr 10.8.0.0/16 masquerade"
  idle_host 2 "$newcomer" "$1" "ip saddr 10.8.0.0/16 masquerade fully-random"
  idle_host 3 "$intruder" "$1" "ip saddr 10.8.0.0/16 snat to 198.18.3.1 random"
  await 90 "tunnel of $user" ping_once
  local number
  for number in 1 2 3; do
    await 120 "tunnel of host $number" in_ns "$lab-idle$number" ping -6 -n -c 1 -W 1 "$world"
  done
}

# idle_json NAMESPACE: what one of them says of its tunnel. idle_connects: how often each had to connect.
idle_json() { shell "$1" "culvert:client --json"; }
idle_shows() { idle_json "$1" | grep -q "$2"; }
idle_connects() {
  local host
  for host in "$c" "$lab-idle1" "$lab-idle2" "$lab-idle3"; do
    idle_json "$host" | sed -n 's/.*"connects" *: *\([0-9]*\).*/\1/p'
  done | xargs
}

# idle_pings SECONDS: a ping a minute from each and nothing else; all are answered by what stood before.
idle_pings() {
  local before; before=$(idle_connects)
  seldom_ping "$c" "$user" "$1"
  seldom_ping "$lab-idle1" "$neighbour" "$1"
  seldom_ping "$lab-idle2" "$newcomer" "$1"
  seldom_ping "$lab-idle3" "$intruder" "$1"
  seldom_pings_end
  [ "$(idle_connects)" = "$before" ] || fail "clients had to connect again: $before, then $(idle_connects)"
  tell "no client had to connect again"
}

idle_hosts_end() {
  local number
  for number in 1 2 3; do
    stop_daemon "$lab-idle$number"
    ip netns delete "$lab-idle$number"
    ip netns delete "$lab-idlenat$number"
    rm -rf "$work/idle$number"
  done
  forget_after 30
  nat_on 203.0.113.2
  restart_client
  await 60 "tunnel" ping_once
}

tell_idle() {
  say "Hosts behind one kind of NAT each, which forgets after 30 s: quiet for an hour but for a ping a minute"
  idle_hosts 30
  idle_pings 3600
  idle_hosts_end
}

tell_quiet() {
  say "Hosts behind one kind of NAT each, side by side, which forgets after 5 s: a ping a minute"
  idle_hosts 5
  local host
  # The first NAT gives the port again that it gave before, so that there is nothing to find.
  for host in "$c" "$lab-idle2" "$lab-idle3"; do
    await 180 "shorter interval, found by the client itself" idle_shows "$host" "keepalive.*every [1-4] s"
  done
  idle_pings 120
  idle_hosts_end
}
