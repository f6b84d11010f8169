# The operating system is not ours alone: hosts without IPv6, network managers, hands on the keyboard.
# Parts of the story told by lab.sh field.

field+=(foreign_flush foreign_additions foreign_bounce foreign_ipv6_off)

# restored NAMESPACE DEVICE WHAT COMMAND...: somebody does that; the tunnel answers again. It takes
# two seconds at most where nothing else is at work; a busy machine is given more.
restored() {
  local ns=$1 device=$2 what=$3; shift 3
  ping_once >/dev/null || fail "there is no tunnel before $what"
  in_ns "$ns" "$@" >/dev/null
  timed 2 "answer through the tunnel after $what of $device" ping_once
}

# bounced NAMESPACE DEVICE: set down and up, in one act.
bounced() { restored "$1" "$2" "bounce" sh -c "ip link set $2 down; ip link set $2 up"; }

verified() { broker_shell culvert:verify-leases | grep -q "as it should be"; }
log_tells() { cat "$1"/data/log/*.log | grep -qF "$2"; }

tell_foreign_flush() {
  say "Somebody flushes the routes of the tunnel's device, at either end"
  restored "$b" culvert0 "flush" ip -6 route flush dev culvert0
  restored "$c" culvert1 "flush" ip -6 route flush dev culvert1
  local inner far; inner=$(inner_address) far=$(far_address)
  restored "$b" culvert0 "flush of all tables" ip -6 route flush table all dev culvert0
  timed 2 "answer of the broker's own end, too" in_ns "$c" ping -n -c 1 -W 2 "$far"
  restored "$c" culvert1 "flush of all tables" ip -6 route flush table all dev culvert1
  restored "$b" culvert0 "loss of a route" ip -6 route del "$(delegated_prefix)" dev culvert0
  log_tells "$broker_home" "Another program changed device culvert0; it was put right" \
    || fail "the broker's log does not tell what was put right"
  log_tells "$client_home" "Another program changed device culvert1; it was put right" \
    || fail "the client's log does not tell what was put right"
  await 10 "word of the broker that all is as it should be" verified

  say "Another takes the place of a route: the tunnel says so, and stands again when it goes"
  local prefix; prefix=$(delegated_prefix)
  ip -n "$b" -6 route replace "$prefix" dev lo metric 512
  await 5 "the tunnel failed, with who has its route" \
    eval 'broker_shell culvert:tunnels --json | grep -q "lo has one with metric 512" \
      || broker_shell culvert:verify-leases | grep -q "lo has one with metric 512"'
  ip -n "$b" -6 route del "$prefix" dev lo metric 512
  await 5 "the tunnel up again" broker_has_state up
  await 10 "word of the broker that all is as it should be" verified

  say "Another has a better route than ours, at either end: the tunnel says so, and stands again when it goes"
  shadowed "$b" "$broker_home" broker_tells_shadow "there is a blackhole with metric 1" blackhole "$inner" metric 1
  shadowed "$b" "$broker_home" broker_tells_shadow "lo has one with metric 100" "$prefix" dev lo metric 100
  shadowed "$c" "$client_home" client_tells_shadow "there is a blackhole with metric 1" blackhole "$far" metric 1
  await 10 "word of the broker that all is as it should be" verified
}

# The broker's end of the tunnel, to which the client has a route of its own.
far_address() { ip -n "$c" -6 -o route show dev culvert1 metric 512 | awk '{print $1; exit}'; }

# shadowed NAMESPACE HOME TELLS WHO ROUTE...: somebody adds that route, which is better than ours.
shadowed() {
  local ns=$1 home=$2 tells=$3 who=$4; shift 4
  ip -n "$ns" -6 route add "$@"
  await 5 "the tunnel failed: $who" "$tells" "$who"
  log_tells "$home" "is shadowed: " || fail "the log does not tell of the better route"
  ip -n "$ns" -6 route del "$@"
  await 5 "the tunnel up again without it" not "$tells" "$who"
  await 10 "answer through the tunnel" ping_once
}

tell_foreign_additions() {
  local inner prefix part end_address
  inner=$(inner_address) prefix=$(delegated_prefix)
  part=${prefix%/*}/72
  end_address=$inner
  say "Rules, addresses and routes that others add and that kill a tunnel, at either end: it fails and says so"
  added "$b" "$broker_home" broker_fails "ends packets to it" rule to "$inner" prohibit pref 100
  added "$b" "$broker_home" broker_fails "ends packets from it" rule from "$prefix" unreachable pref 100
  added "$b" "$broker_home" broker_fails "lo has that address" address "$inner/128" dev lo
  added "$c" "$client_home" client_fails "come to nothing" route unreachable default metric 1
  added "$c" "$client_home" client_fails "ends packets from it" rule from "$end_address" prohibit pref 100
  added "$c" "$client_home" client_fails "ends packets to it" rule to "$prefix" prohibit pref 100

  say "A local route wider than a prefix, and a rule that ends what the uplink brings: the tunnel says so"
  local wide="${prefix%/*}/$((${prefix#*/} - 4))" uplink
  added "$b" "$broker_home" broker_fails "the table local has a route to it" route local "$wide" dev lo
  uplink=$(ip -n "$b" -6 -o route get "$world" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  # The lab's world is on the link; a broker has a default route.
  ip -n "$b" -6 route add default via "$world"
  added "$b" "$broker_home" broker_warns "that come in by $uplink" rule iif "$uplink" prohibit pref 100
  ip -n "$b" -6 route del default via "$world"

  say "A rule, a route and a filter that refuse outer packets, at either end: the tunnel says so until they are sent"
  local outer; outer=$(broker_tunnel "$user" remote | cut -d: -f1)
  refused "$b" "$broker_home" broker_warns "prohibits them" "rule add to $outer prohibit pref 100"
  refused "$b" "$broker_home" broker_warns "is a blackhole for them" "route add blackhole $outer/32"
  refused "$b" "$broker_home" broker_warns "drops them" "nft $outer"
  refused "$c" "$client_home" client_warns "prohibits them" "rule add to $broker4 prohibit pref 100"
  refused "$c" "$client_home" client_warns "drops them" "nft $broker4"

  say "A route to a part of a prefix, which may be meant: the tunnel is up and says so"
  added "$b" "$broker_home" broker_warns "a part of $prefix" route unreachable "$part"

  say "A firewall that drops by default: the tunnel is up and says so, and what is typed helps"
  in_ns "$b" nft add table inet fw
  in_ns "$b" nft 'add chain inet fw forward { type filter hook forward priority 0; policy drop; }'
  await 5 "word of the filter" broker_warns "chain inet fw forward drops by default"
  log_tells "$broker_home" "chain inet fw forward drops by default" || fail "the log does not tell of the filter"
  in_ns "$b" nft insert rule inet fw forward iifname '"culvert0"' accept
  in_ns "$b" nft insert rule inet fw forward oifname '"culvert0"' ct state established,related accept
  await 5 "no word of it any more" not broker_warns "chain inet fw forward"
  in_ns "$b" nft delete table inet fw
  await 10 "answer through the tunnel" ping_once
  await 10 "word of the broker that all is as it should be" verified
}

# refused NAMESPACE HOME TELLS WHAT ACT: somebody has the kernel refuse outer packets while the client
# pings, by an argument of ip, or by a filter of nft against an address, and takes it back.
refused() {
  local ns=$1 home=$2 tells=$3 what=$4 act=$5 pings
  if [ "${act%% *}" = nft ]; then
    in_ns "$ns" nft "add table inet fw; add chain inet fw output { type filter hook output priority 0; };
      add rule inet fw output ip daddr ${act#* } drop"
  else
    # shellcheck disable=SC2086
    ip -n "$ns" $act
  fi
  in_ns "$c" ping -6 -n -i 0.5 -W 1 -w 6 "$world" >/dev/null 2>&1 &
  pings=$!
  await 8 "word of it: $what" "$tells" "$what"
  wait "$pings" || true
  log_tells "$home" "$what" || fail "the log does not tell: $what"
  if [ "${act%% *}" = nft ]; then
    in_ns "$ns" nft delete table inet fw
  else
    # shellcheck disable=SC2086
    ip -n "$ns" ${act/ add / del }
  fi
  await 8 "the tunnel up again without it" not "$tells" "$what"
  await 10 "answer through the tunnel" ping_once
}

# added NAMESPACE HOME TELLS WHAT KIND ARGUMENTS...: somebody adds that, and takes it back.
added() {
  local ns=$1 home=$2 tells=$3 what=$4 kind=$5; shift 5
  ip -n "$ns" -6 "$kind" add "$@"
  await 5 "word of it: $what" "$tells" "$what"
  log_tells "$home" "$what" || fail "the log does not tell: $what"
  ip -n "$ns" -6 "$kind" del "$@"
  await 5 "the tunnel up again without it" not "$tells" "$what"
  await 10 "answer through the tunnel" ping_once
}

broker_fails() { broker_has_state failed && broker_shell culvert:verify-leases | grep -qF "$1"; }
broker_warns() { broker_has_state "up, hindered" && broker_shell culvert:verify-leases | grep -qF "$1"; }
client_warns() { client_json | grep -qF ", hindered" && client_json | grep -qF "$1"; }
client_fails() { client_json | grep -qF "$1"; }

not() { ! "$@"; }
broker_tells_shadow() { broker_has_state failed && broker_shell culvert:verify-leases | grep -qF "is shadowed: $1"; }
client_tells_shadow() { client_json | grep -qF "is shadowed: $1"; }

tell_foreign_bounce() {
  say "Somebody sets the device down and up, takes its address, changes its MTU, removes it, renames it"
  local ns device end address
  for end in "$b culvert0" "$c culvert1"; do
    read -r ns device <<<"$end"
    bounced "$ns" "$device"
    restored "$ns" "$device" "down" ip link set "$device" down
    address=$(ip -n "$ns" -6 -o address show dev "$device" scope global | awk '{print $4; exit}')
    restored "$ns" "$device" "loss of the address" ip address del "$address" dev "$device"
    restored "$ns" "$device" "an MTU without IPv6" ip link set "$device" mtu 1000
    restored "$ns" "$device" "removal" ip link del "$device"
    restored "$ns" "$device" "another name" \
      sh -c "ip link set $device down; ip link set $device name mine; ip link set mine up || true"
    ip -n "$ns" link show dev "$device" >/dev/null || fail "$device has not got its name back"
  done
  await 10 "word of the broker that all is as it should be" verified
}

tell_foreign_ipv6_off() {
  say "Somebody switches IPv6 off, for the device, then for all"
  local ns device end
  for end in "$b culvert0" "$c culvert1"; do
    read -r ns device <<<"$end"
    restored "$ns" "$device" "disable_ipv6, on and off" \
      sh -c "sysctl -qw net.ipv6.conf.$device.disable_ipv6=1; sysctl -qw net.ipv6.conf.$device.disable_ipv6=0"
    restored "$ns" "$device" "disable_ipv6" sysctl -qw "net.ipv6.conf.$device.disable_ipv6=1"
  done

  say "Hosts on which IPv6 is off for every new device"
  in_ns "$b" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
  in_ns "$c" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
  stop_daemon "$c"
  stop_daemon "$b"
  start_broker_by
  start_client_by
  [ "$(in_ns "$b" sysctl -n net.ipv6.conf.culvert0.disable_ipv6)" = 0 ] || fail "IPv6 is off on culvert0"
  ping_world 3
  in_ns "$b" sysctl -qw net.ipv6.conf.default.disable_ipv6=0
  in_ns "$c" sysctl -qw net.ipv6.conf.default.disable_ipv6=0
}
