# The lab's network: namespaces, links, addresses and the NAT. Sourced by lab.sh.

# Names carry the script's process id, so that two labs can run side by side.
lab=cv$$
c=$lab-client n=$lab-nat b=$lab-broker w=$lab-world

say() { printf '\n== %s\n' "$*"; }
tell() { printf '   %s\n' "$*"; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
in_ns() { local ns=$1; shift; ip netns exec "$ns" "$@"; }

# await SECONDS WHAT COMMAND...: repeats the command until it succeeds.
await() {
  local limit=$1 what=$2 begin=$SECONDS; shift 2
  until "$@" >/dev/null 2>&1; do
    [ $((SECONDS - begin)) -lt "$limit" ] || fail "no $what within $limit s"
    sleep 0.3
  done
  tell "seen after $((SECONDS - begin)) s: $what"
}

need_root() {
  [ "$(id -u)" = 0 ] || fail "the lab makes network namespaces and needs root: sudo $0"
  [ -c /dev/net/tun ] || fail "/dev/net/tun is missing: modprobe tun"
}

need_packages() {
  local missing=() pair
  for pair in ip:iproute2 nft:nftables conntrack:conntrack ping:iputils-ping iperf3:iperf3 \
    ssh:openssh-client ssh-keygen:openssh-client sysctl:procps; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "please install: ${missing[*]}"
  tell "installing ${missing[*]}"
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null || fail "could not install: ${missing[*]}"
}

link() { # NAMESPACE DEVICE NAMESPACE DEVICE
  ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
  ip -n "$1" link set "$2" up
  ip -n "$3" link set "$4" up
}

build_network() {
  say "Building the network: client - nat - broker - world"
  local ns
  for ns in "$c" "$n" "$b" "$w"; do
    ip netns add "$ns"
    ip -n "$ns" link set lo up
  done
  link "$c" eth0 "$n" inside
  link "$n" outside "$b" eth0
  link "$b" eth1 "$w" eth0
  ip -n "$c" address add 10.9.0.2/24 dev eth0
  ip -n "$n" address add 10.9.0.1/24 dev inside
  ip -n "$n" address add 203.0.113.1/24 dev outside
  ip -n "$b" address add 203.0.113.254/24 dev eth0
  ip -n "$b" address add 192.0.2.1/32 dev lo
  ip -n "$b" address add 2001:db8:ffff::1/64 dev eth1 nodad
  ip -n "$w" address add 2001:db8:ffff::2/64 dev eth0 nodad
  ip -n "$c" route add default via 10.9.0.1
  ip -n "$n" route add 192.0.2.1 via 203.0.113.254
  ip -n "$b" route add 10.9.0.0/24 via 203.0.113.1
  ip -n "$w" -6 route add default via 2001:db8:ffff::1
  in_ns "$n" sysctl -qw net.ipv4.ip_forward=1
  in_ns "$b" sysctl -qw net.ipv6.conf.all.forwarding=1
  in_ns "$w" iperf3 -6 -s -D -B "$world" --logfile /dev/null
}

# nat_on ADDRESS: everything from inside leaves from this address; earlier mappings are forgotten.
nat_on() {
  nat_off
  ip -n "$n" address replace "$1/24" dev outside
  in_ns "$n" nft -f - <<RULES
table ip lab {
  chain outgoing {
    type nat hook postrouting priority srcnat
    oifname "outside" ip saddr 10.9.0.0/24 snat to $1 random
  }
  # Nothing comes in that did not go out first, as behind any home gateway.
  chain through {
    type filter hook forward priority filter
    iifname "outside" ct state new drop
  }
}
RULES
  in_ns "$n" conntrack -F >/dev/null 2>&1 || true
  tell "the NAT maps to $1 and has forgotten every earlier mapping"
}

nat_off() {
  in_ns "$n" nft flush ruleset
  in_ns "$n" conntrack -F >/dev/null 2>&1 || true
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

# Twenty echo requests a second for ten seconds, in the background; steady_ping_end waits for them
# and fails if one was not answered.
steady_ping_begin() {
  ip netns exec "$c" ping -6 -n -q -i 0.05 -c 200 -W 2 "$world" >"$work/steady" 2>&1 &
  steady=$!
}

steady_ping_end() {
  wait "$steady" || true
  grep -q ' 0% packet loss' "$work/steady" || fail "packets were lost: $(grep loss "$work/steady")"
  tell "$(grep loss "$work/steady" | sed 's/, time.*//')"
}

ping_once() { in_ns "$c" ping -6 -n -c 1 -W 1 "$world"; }

ping_world() {
  tell "the client pings a host on the far side: ping -6 -c $1 $world"
  in_ns "$c" ping -6 -n -c "$1" -i 0.3 -W 2 "$world" | sed 's/^/     /' \
    || fail "no answer from $world"
}

# A host address out of the delegated prefix, as a machine on the client's own network would have.
ping_from_prefix() {
  local host; host=$(delegated_prefix); host=${host%::/*}::1
  ip -n "$c" -6 address add "$host/64" dev lo nodad
  in_ns "$c" ping -6 -n -c 1 -W 2 -I "$host" "$world" >/dev/null \
    || fail "no answer to $host, which is inside the delegated prefix"
  tell "an address out of the delegated prefix is answered, too: $host"
}

# One stream each way for two seconds: enough to show that it carries, no benchmark.
measure_throughput() {
  local direction flag rate
  for direction in up down; do
    flag=; [ $direction = up ] || flag=-R
    # shellcheck disable=SC2086
    rate=$(in_ns "$c" iperf3 -6 -c "$world" -t 2 $flag -f m | awk '/receiver/ {print $7, $8}') \
      || fail "iperf3 did not get through"
    tell "iperf3 $direction: $rate"
  done
}

drop_network() {
  local ns
  for ns in "$c" "$n" "$b" "$w"; do
    ip netns pids "$ns" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns delete "$ns" 2>/dev/null || true
  done
}
