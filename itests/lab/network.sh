# The lab's network: namespaces, links, addresses and the NAT. Sourced by lab.sh.

# Names carry the script's process id, so that two labs can run side by side.
lab=cv$$
c=$lab-client d=$lab-neighbour n=$lab-nat g=$lab-carrier b=$lab-broker s=$lab-second w=$lab-world
namespaces=("$c" "$d" "$n" "$g" "$b" "$s" "$w")
broker4=192.0.2.1
broker6=2001:db8:b::1
second4=192.0.2.2
far4=192.0.2.3
direct4=203.0.113.1
carrier4=203.0.114.9
world=2001:db8:ffff::2
world4=198.51.100.2

say() { printf '\n== %s\n' "$*"; }
tell() { printf '   %s\n' "$*"; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; failed=told; exit 1; }

# tell_last COMMAND STATUS: names the command that ended the script, unless fail has said why.
tell_last() {
  [ "$2" = 0 ] || [ -n "$failed" ] || printf '\nFAILED: status %s of: %s\n' "$2" "$1" >&2
}
failed=
in_ns() { local ns=$1; shift; ip netns exec "$ns" "$@"; }

# await SECONDS WHAT COMMAND...: repeats the command until it succeeds. So many seconds are allowed on a
# machine that has nothing else to do, and as many times that as programs want each of its processors.
await() {
  local limit=$1 what=$2 begin took crowd=1; shift 2
  begin=$(now_ms)
  until "$@" >/dev/null 2>&1; do
    count_crowd
    took=$(($(now_ms) - begin))
    [ $took -lt $((limit * 1000 * crowd)) ] || fail "no $what within $took ms"
    sleep 0.3
  done
  tell "seen after $((($(now_ms) - begin) / 1000)) s: $what"
}

now_ms() { date +%s%3N; }

# timed SECONDS WHAT COMMAND...: as await, and tells the time more exactly.
timed() {
  local begin; begin=$(now_ms)
  await_quietly "$@"
  tell "$2: after $(($(now_ms) - begin)) ms"
}

# The kernel's average of a minute; the largest that was met while something was awaited counts.
processors=$(nproc)
count_crowd() {
  local load
  read -r load _ </proc/loadavg
  load=$((1 + ${load%.*} / processors))
  [ "$load" -le "$crowd" ] || crowd=$load
}

await_quietly() { await "$@" >/dev/null; }

need_root() {
  [ "$(id -u)" = 0 ] || fail "the lab makes network namespaces and needs root: sudo $0"
  [ -c /dev/net/tun ] || fail "/dev/net/tun is missing: modprobe tun"
}

need_packages() {
  need_programs ip:iproute2 nft:nftables conntrack:conntrack ping:iputils-ping iperf3:iperf3 \
    ssh:openssh-client ssh-keygen:openssh-client sysctl:procps tcpdump:tcpdump openssl:openssl
}

# need_programs PROGRAM:PACKAGE...: installs what is not there.
need_programs() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

# install_packages PACKAGE...: from Debian; no daemon is started by its installation.
install_packages() {
  command -v apt-get >/dev/null || fail "please install: $*"
  tell "installing $*"
  # One lab at a time, for the policy is everybody's; another program may install something, too.
  exec {turn}>/run/lock/culvert-lab-packages
  flock "$turn"
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e $policy ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
  fi
  local wait=DPkg::Lock::Timeout=300
  apt-get update -qq >/dev/null || tell "the lists of packages stay as old as they are"
  local done=0
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o "$wait" --no-install-recommends "$@" \
    >/dev/null || done=1
  [ -z "$ours" ] || rm $policy
  exec {turn}>&-
  [ $done = 0 ] || fail "could not install: $*"
}

link() { # NAMESPACE DEVICE NAMESPACE DEVICE
  ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
  ip -n "$1" link set "$2" up
  ip -n "$3" link set "$4" up
}

build_network() {
  say "Building the network: client and neighbour - nat (- carrier) - broker - world"
  local ns
  for ns in "${namespaces[@]}"; do
    ip netns add "$ns"
    ip -n "$ns" link set lo up
  done
  link "$c" eth0 "$n" inside
  link "$d" eth0 "$n" inside2
  link "$n" outside "$b" eth0
  link "$n" outside2 "$g" inside
  link "$g" outside "$b" eth2
  link "$n" outside3 "$s" eth0
  link "$b" eth1 "$w" eth0
  ip -n "$c" address add 10.9.0.2/24 dev eth0
  ip -n "$d" address add 10.9.1.2/24 dev eth0
  ip -n "$n" address add 10.9.0.1/24 dev inside
  ip -n "$n" address add 10.9.1.1/24 dev inside2
  ip -n "$n" address add $direct4/24 dev outside
  ip -n "$n" address add 100.64.0.2/24 dev outside2
  ip -n "$g" address add 100.64.0.1/24 dev inside
  ip -n "$g" address add $carrier4/24 dev outside
  ip -n "$b" address add 203.0.113.254/24 dev eth0
  ip -n "$b" address add 203.0.114.254/24 dev eth2
  ip -n "$b" address add $broker4/32 dev lo
  ip -n "$b" address add 2001:db8:ffff::1/64 dev eth1 nodad
  ip -n "$w" address add $world/64 dev eth0 nodad
  ip -n "$c" route add default via 10.9.0.1
  ip -n "$d" route add default via 10.9.1.1
  ip -n "$g" route add $broker4 via 203.0.114.254
  ip -n "$b" route add 10.9.0.0/16 via $direct4
  ip -n "$w" -6 route add default via 2001:db8:ffff::1
  in_ns "$n" sysctl -qw net.ipv4.ip_forward=1
  in_ns "$g" sysctl -qw net.ipv4.ip_forward=1
  # As distributions ship their hosts, whatever this one does: what has to be forwarded Culvert forwards.
  for ns in "$b" "$c" "$d" "$s"; do
    in_ns "$ns" sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv4.ip_forward=0
  done
  build_second_broker_s_network
  build_ipv6_outside
  in_ns "$w" iperf3 -6 -s -D -B "$world" --logfile /dev/null
  leave_by_own_line
}

build_second_broker_s_network() {
  ip -n "$n" address add 203.0.115.1/24 dev outside3
  ip -n "$s" address add 203.0.115.254/24 dev eth0
  ip -n "$s" address add $second4/32 dev lo
  ip -n "$n" route add $second4 via 203.0.115.254
  ip -n "$s" route add default via 203.0.115.1
  ip -n "$g" address add $far4/32 dev lo
  ip -n "$n" route add $far4 via 100.64.0.1
  ip -n "$g" route add 203.0.113.0/24 via 100.64.0.2
}

# Only the broker is reached by IPv6 outside a tunnel, and only by IPv4 the world's other host.
build_ipv6_outside() {
  ip -n "$c" address add 2001:db8:c::2/64 dev eth0 nodad
  ip -n "$n" address add 2001:db8:c::1/64 dev inside nodad
  ip -n "$n" address add 2001:db8:d::1/64 dev outside nodad
  ip -n "$b" address add 2001:db8:d::254/64 dev eth0 nodad
  ip -n "$b" address add $broker6/128 dev lo nodad
  ip -n "$c" route add $broker6 via 2001:db8:c::1
  ip -n "$n" route add $broker6 via 2001:db8:d::254
  ip -n "$b" route add 2001:db8:c::/64 via 2001:db8:d::1
  in_ns "$n" sysctl -qw net.ipv6.conf.all.forwarding=1
  ip -n "$b" address add 198.51.100.1/24 dev eth1
  ip -n "$w" address add $world4/24 dev eth0
  ip -n "$w" route add default via 198.51.100.1
}

# The two ways from the NAT to the broker: a line of its own, or through a carrier that has a NAT, too.
leave_by_own_line() { ip -n "$n" route replace $broker4 via 203.0.113.254; }
leave_by_carrier() { ip -n "$n" route replace $broker4 via 100.64.0.1; }

forget_mappings() { in_ns "$1" conntrack -F >/dev/null 2>&1 || true; }

# translate NAMESPACE RULE...: a NAT by these rules; earlier mappings are forgotten. Nothing comes in
# that did not go out first, as behind any home gateway.
translate() {
  local ns=$1 rule; shift
  in_ns "$ns" nft flush ruleset
  in_ns "$ns" nft -f - <<RULES
table ip lab {
  chain outgoing {
    type nat hook postrouting priority srcnat
$(for rule in "$@"; do printf '    oifname "outside*" %s\n' "$rule"; done)
  }
  chain through {
    type filter hook forward priority filter
    iifname "outside*" ct state new drop
  }
  # Nor to the NAT itself, or a stray packet would occupy the mapping that it was sent to.
  chain arriving {
    type filter hook input priority filter
    iifname "outside*" ct state new drop
  }
}
RULES
  forget_mappings "$ns"
}

# nat_on ADDRESS: everything from inside leaves from this address, from ports taken at random.
nat_on() {
  nat_off
  ip -n "$n" address replace "$1/24" dev outside
  translate "$n" "ip saddr 10.9.0.0/16 snat to $1 random"
  tell "the NAT maps to $1 and has forgotten every earlier mapping"
}

nat_off() {
  in_ns "$n" nft flush ruleset
  forget_mappings "$n"
}

# Drops TSP over UDP on its way; TCP and protocol 41 pass.
block_udp() {
  in_ns "$n" nft -f - <<RULES
table ip lab {
  chain through {
    type filter hook forward priority filter
    udp dport 3653 drop
  }
}
RULES
  tell "UDP to port 3653 is dropped"
}

# capture NAME NAMESPACE DEVICE FILTER: writes what passes into a file until captured NAME is called.
declare -A captures
capture() {
  # What an earlier capture of this name said would be taken for this one's.
  rm -f "$work/$1.log"
  ip netns exec "$2" tcpdump -Z root --immediate-mode -q -n -U -i "$3" -w "$work/$1.pcap" "$4" \
    2>"$work/$1.log" &
  captures[$1]=$!
  await_quietly 10 "capture" grep -q 'listening on' "$work/$1.log"
}

captured() {
  sleep 0.5
  kill "${captures[$1]}"
  wait "${captures[$1]}" 2>/dev/null || true
}

# seen NAME FILTER: the times of the captured packets that match, one a line.
seen() { tcpdump -Z root -q -n -tt -r "$work/$1.pcap" "$2" 2>/dev/null | cut -d' ' -f1; }

# One stream each way for two seconds: enough to show that it carries, no benchmark.
measure_throughput() {
  local direction flag rate
  for direction in up down; do
    flag=; [ $direction = up ] || flag=-R
    # shellcheck disable=SC2086
    await_quietly 30 "server of iperf3 that is free" measure $flag
    rate=$(awk '/receiver/ {print $7, $8}' "$work/iperf3.txt")
    [ -n "$rate" ] || { cat "$work/iperf3.txt"; fail "iperf3 did not get through"; }
    tell "iperf3 $direction: $rate"
  done
}

# A server that is still busy with the end of the run before is no result.
measure() {
  in_ns "$c" iperf3 -6 -c "$world" -t 2 "$@" -f m >"$work/iperf3.txt" 2>&1 || true
  ! grep -q "server is busy" "$work/iperf3.txt"
}

drop_network() {
  local ns
  for ns in "${namespaces[@]}"; do
    ip netns pids "$ns" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns delete "$ns" 2>/dev/null || true
    rm -rf "/etc/netns/$ns"
  done
}
