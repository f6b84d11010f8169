#!/usr/bin/env bash
# Tells the whole story of a tunnel on one machine, with real kernels' network stacks and a real NAT:
#
#   client ---- nat ---- broker ---- world
#   10.9.0.2   masquerade 192.0.2.1  2001:db8:ffff::2 (IPv6 only)
#
# Each box is a network namespace; client and broker run the assembly as it is shipped. The script
# prints what it does, fails at the first thing that is not as promised, and leaves nothing behind.
#
# Usage: lab.sh [all | nat | direct | move | crash]...     (as root; default: all)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=itests/lab/network.sh
. "$here/network.sh"
# shellcheck source=itests/lab/karaf.sh
. "$here/karaf.sh"

world=2001:db8:ffff::2

# What each part of the story proves; each leaves the network as it found it.

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

tell_move() {
  say "The NAT forgets the mapping and the client shows up from another outside address"
  local before; before=$(assignment)
  nat_on 203.0.113.3
  await 90 "ping from the same inner address through the new mapping" ping_once
  same_assignment "$before"
  broker_sees 203.0.113.3
}

tell_crash() {
  say "The broker is killed with kill -9 and started again"
  local before; before=$(assignment)
  kill_broker
  start_broker
  await 60 "ping through the tunnel, with no act of the client's user" ping_once
  same_assignment "$before"
}

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

main() {
  [ $# -gt 0 ] || set -- all
  [ "$*" != all ] || set -- nat move crash direct
  need_root
  need_packages
  need_assembly
  trap 'status=$?; stop_all; exit $status' EXIT
  trap 'exit 130' INT TERM
  build_network
  start_broker
  [ "$1" = nat ] || { nat_on 203.0.113.2; start_client; await 60 "a tunnel" ping_once; }
  for part in "$@"; do
    case $part in
      nat | move | crash | direct) "tell_$part" ;;
      *) fail "there is no part '$part'; choose among: all nat move crash direct" ;;
    esac
  done
  say "All of it was seen to work."
}

main "$@"
