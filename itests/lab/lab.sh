#!/usr/bin/env bash
# Tells the whole story of a tunnel on one machine, with real kernels' network stacks and a real NAT:
#
#   client ------ nat ------------- broker ---- world
#   10.9.0.2     /   \            /  192.0.2.1   2001:db8:ffff::2 (IPv6 only)
#   neighbour --+     +- carrier -+
#   10.9.1.2             (with a NAT of its own)
#
# Each box is a network namespace; client, neighbour and broker run the assembly as it is shipped. The
# script prints what it does, fails at the first thing that is not as promised, and leaves nothing
# behind. Parts can be told alone, too, in any order.
#
# Usage: lab.sh [all | more | around | field | field-long | PART]...     (as root; default: all)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=itests/lab/network.sh
. "$here/network.sh"
# shellcheck source=itests/lab/pings.sh
. "$here/pings.sh"
# shellcheck source=itests/lab/karaf.sh
. "$here/karaf.sh"
# shellcheck source=itests/lab/nats.sh
. "$here/nats.sh"
# shellcheck source=itests/lab/hijack.sh
. "$here/hijack.sh"
# shellcheck source=itests/lab/families.sh
. "$here/families.sh"
# shellcheck source=itests/lab/tls.sh
. "$here/tls.sh"
# shellcheck source=itests/lab/referral.sh
. "$here/referral.sh"
# shellcheck source=itests/lab/dns.sh
. "$here/dns.sh"
# shellcheck source=itests/lab/frr.sh
. "$here/frr.sh"
# shellcheck source=itests/lab/bird.sh
. "$here/bird.sh"
# shellcheck source=itests/lab/around.sh
. "$here/around.sh"
# shellcheck source=itests/lab/field.sh
. "$here/field.sh"

parts=(nat swap move crash direct blocked ports expiry carrier hairpin places hijack)

# A story of its own: other ways to ask, and whom.
more=(v4v6 tls referral takeover groups)

# And one of what surrounds a tunnel. Its first part makes what the others look at.
around=(lan names routes registry swaps links)
every=("${parts[@]}" "${more[@]}" "${around[@]}" "${field[@]}" "${field_long[@]}")

# What each part of the story proves; each leaves the network as it found it.

# demands: R-2-9 R-2-13 R-2-15 R-2-16 R-2.1-3 R-2.1-4 R-2.1-5 R-4.1-3 R-4.5.2-1 R-6.2-3 R-6.5-1 D-2-8 D-2-9 D-4.1-3 D-5.2-3 D-5.5-1
tell_nat() {
  say "A client behind a NAT asks by v6anyv4 and gets IPv6 in UDP"
  nat_on 203.0.113.2
  start_client
  await 60 "tunnel of type v6udpv4 at the client" client_has_type v6udpv4
  show_tunnel
  ping_world 3
  ping_from_prefix
  measure_throughput
}

# demands: R-2.1-8 R-2.3-1 R-2.3-2 R-4.6-11 R-6.4-1 R-6.6-1 R-6.6-2 D-2.1-6 D-2.1-7 D-2.3-1 D-5.4-1 D-5.6-1 D-5.7-1
# promises: P3
tell_move() {
  say "The NAT forgets the mapping and the client shows up from another outside address"
  local before; before=$(assignment)
  nat_on 203.0.113.3
  await 90 "ping from the same inner address through the new mapping" ping_once
  same_assignment "$before"
  broker_sees 203.0.113.3
}

# promises: P2 P3 P7
tell_crash() {
  say "The broker is killed with kill -9 and started again"
  local before; before=$(assignment)
  kill_broker
  start_broker
  await 60 "ping through the tunnel, with no act of the client's user" ping_once
  same_assignment "$before"
}

# demands: R-2.1-6 R-2.3-3 R-6.2-3 D-2.1-4 D-2.1-7 D-5.2-3
# promises: P3
tell_direct() {
  say "The same client without a NAT gets IPv6 in IPv4, and keeps its address and prefix"
  local before; before=$(assignment)
  nat_off
  restart_client
  await 60 "tunnel of type v6v4 at the client" client_has_type v6v4
  show_tunnel
  ping_world 3
  measure_throughput
  same_assignment "$before"
}

# promises: P6
tell_swap() {
  say "Bundles come and go at the broker while the tunnel is up"
  local before served; before=$(connects) served=$(times_served)
  steady_ping_begin
  broker_shell "bundle:restart org.culvert.sasl.digest.md5" >/dev/null
  broker_shell "bundle:restart org.culvert.transport" >/dev/null
  await 20 "signaling again on port 3653" port_is_open
  steady_ping_end
  [ "$(times_served)" -gt "$served" ] || fail "signaling was not restarted"
  tell "a mechanism and signaling itself were restarted; no packet of the tunnel was lost"
  broker_shell "feature:uninstall culvert-encapsulation-v6udpv4" >/dev/null
  await 10 "suspended tunnel" broker_has_state suspended
  broker_shell "feature:install culvert-encapsulation-v6udpv4" >/dev/null
  await 10 "ping through the tunnel after its encapsulation was removed and installed" ping_once
  [ "$(connects)" = "$before" ] || fail "the client had to connect again"
  tell "the client did not have to connect again"
}

times_served() { grep -c 'signaling is served' "$broker_home/data/log/karaf.log" || true; }

# demands: R-4.4.1-1 R-4.4.1-5
tell_blocked() {
  say "UDP port 3653 is blocked on the way, so the client falls back to TCP"
  local before; before=$(assignment)
  nat_off
  block_udp
  restart_client
  await 60 "session over TCP" client_came_by TCP v6v4
  ping_world 1
  same_assignment "$before"
  nat_off
}

# All is read into one shell, in which the last function of a name would be everybody's.
need_names_of_their_own() {
  local twice
  twice=$(ls "$here"/*.sh "$here"/field/*.sh | grep -v "^$here/kernel" \
    | xargs grep -hoE '^[a-z_0-9]+\(\)' | sort | uniq -d | xargs)
  [ -z "$twice" ] || fail "defined twice by parts of the lab: $twice"
}

main() {
  [ $# -gt 0 ] || set -- all
  [ "$*" != all ] || set -- "${parts[@]}"
  [ "$*" != more ] || set -- "${more[@]}"
  [ "$*" != around ] || set -- "${around[@]}"
  [ "$*" != field ] || set -- "${field[@]}"
  [ "$*" != field-long ] || set -- "${field_long[@]}"
  local part
  for part in "$@"; do
    [[ " ${every[*]} " == *" $part "* ]] \
      || fail "there is no part '$part'; choose among: all more around field field-long ${every[*]}"
  done
  need_names_of_their_own
  need_root
  need_packages
  need_assembly
  trap 'status=$? last=$BASH_COMMAND; tell_last "$last" $status; stop_all; exit $status' EXIT
  trap 'exit 130' INT TERM
  build_network
  [[ " ${around[*]} " != *" $1 "* ]] || build_surroundings
  start_broker
  [ "$1" = nat ] || { nat_on 203.0.113.2; start_client; await 180 "a tunnel" ping_once; }
  for part in "$@"; do
    local begin=$SECONDS
    "tell_$part"
    tell "($part: $((SECONDS - begin)) s)"
  done
  say "All of it was seen to work, in $SECONDS s."
}

main "$@"
