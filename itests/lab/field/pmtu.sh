# What the path between client and broker carries: found, used, and noticed when it shrinks.

field+=(pmtu)

tell_pmtu() {
  say "The path carries 1500 octets, and the tunnel what is left of them"
  both_ends_use 1472
  write_sizes_down
  download

  say "The path shrinks to 1492 octets, then to 1400, and routers say so"
  local size
  for size in 1492 1400; do
    path_carries $size
    routers_said_so "$b" 10.9.0.2 $size
    shrinks_for_both $((size - 28)) 8
  done
  path_carries 1500

  say "The path shrinks to 1400 octets in the middle of a download, and nobody says so"
  forget_path_mtus
  renew
  both_ends_use 1472
  silence_routers
  in_ns "$c" iperf3 -6 -c "$world" -R -t 12 -b 20M -i 0.5 -f k >"$work/download" 2>&1 &
  local download=$!
  sleep 4
  path_carries 1400
  wait $download || fail "the download ended: $(tail -3 "$work/download")"
  local still; still=$(longest_standstill)
  tell "nothing came for $still halves of a second"
  [ "$still" -gt 0 ] || fail "the path was to lose what is too big"
  [ "$still" -le 4 ] || { cat "$work/download"; fail "traffic was to flow again within 2 s"; }
  await 40 "MTU of 1372 at the broker" broker_uses 1372
  found_within 12 broker 1372
  upload
  await 40 "MTU of 1372 at the client" client_uses 1372
  found_within 12 client 1372
  let_routers_speak
  path_carries 1500
  write_sizes_down_no_more
  renew
}

# shrinks_for_both OCTETS SECONDS: each end finds what its own direction carries, when it sends.
shrinks_for_both() {
  download
  await 40 "MTU of $1 at the broker" broker_uses "$1"
  found_within "$2" broker "$1"
  upload
  await 40 "MTU of $1 at the client" client_uses "$1"
  found_within "$2" client "$1"
}

# both_ends_use OCTETS: each end has found it for its direction.
both_ends_use() {
  await 40 "MTU of $1 at the client" client_uses "$1"
  await 40 "MTU of $1 at the broker" broker_uses "$1"
}

# Both ends write into their logs when a tunnel's MTU changes.
write_sizes_down() { size_log DEBUG; }
write_sizes_down_no_more() { size_log INFO; }
size_log() {
  broker_shell "log:set $1 org.culvert.endpoint" >/dev/null
  client_shell "log:set $1 org.culvert.endpoint" >/dev/null
}

# found_within SECONDS END OCTETS: how long it took until that was used, from the change on, or from
# when that end began to send much after it; a machine that is busy has longer.
found_within() {
  local log=$broker_home from=$changed crowd=1 found
  [ "$2" = broker ] || log=$client_home
  found=$(grep "its MTU is $3 now" "$log/data/log/karaf.log" | tail -1 | cut -d' ' -f1)
  found=$(date -d "${found/,/.}" +%s%3N)
  [ "$found" -lt "$began" ] || from=$began
  found=$((found - from))
  tell "the $2 found $3 octets after $found ms"
  count_crowd
  [ "$found" -ge 0 ] && [ "$found" -le $(($1 * 1000 * crowd)) ] || fail "it was to be found within $1 s"
}

# routers_said_so NAMESPACE ADDRESS OCTETS: or the part would show something else than it says.
routers_said_so() {
  local said
  said=$(in_ns "$1" ping -n -M do -s $(($3 - 27)) -c 1 -W 1 "$2" 2>&1 || true)
  [[ $said == *"mtu = $3"* || $said == *"mtu=$3"* ]] || fail "no router said that $3 octets fit: $said"
  forget_path_mtus
}

client_uses() { client_json | grep -q "\"mtu\" *: *\"\?$1\b"; }
broker_uses() { broker_shell "culvert:tunnel $(broker_tunnel "$user" id)" | grep -q "mtu *$1\b"; }

download() { began=$(date +%s%3N); in_ns "$c" iperf3 -6 -c "$world" -R -n 10M >"$work/download" || fail "no download"; }
upload() { began=$(date +%s%3N); in_ns "$c" iperf3 -6 -c "$world" -n 10M >"$work/upload" || fail "no upload"; }

# What hosts were told before would keep their packets small for ten minutes.
forget_path_mtus() {
  local ns
  for ns in "$w" "$b" "$c"; do
    ip -n "$ns" route flush cache
    ip -n "$ns" -6 route flush cache
  done
}

# path_carries OCTETS: what the router in the middle passes on, both ways; the ends know nothing of
# it. Its links stay as they are, for a link of this kind loses what is larger without a word.
path_carries() {
  local lock=(mtu lock "$1")
  [ "$1" -lt 1500 ] || lock=()
  ip -n "$n" route replace 10.9.0.0/24 dev inside proto kernel scope link src 10.9.0.1 "${lock[@]}"
  ip -n "$n" route replace $broker4 via 203.0.113.254 "${lock[@]}"
  changed=$(date +%s%3N) began=$(date +%s%3N)
  tell "the router in the middle passes on packets of $1 octets"
}

# No router reports anything any more: what is too big is gone without a word.
silence_routers() {
  in_ns "$n" nft -f - <<RULES
table ip silence {
  chain leaving {
    type filter hook output priority filter
    icmp type destination-unreachable drop
  }
}
RULES
}

let_routers_speak() { in_ns "$n" nft delete table ip silence; }

# Out of iperf3's lines, the longest run of intervals in which nothing arrived.
longest_standstill() {
  awk '/sec/ && !/sender|receiver/ {
    if ($0 ~ / 0\.00 (Bytes|KBytes|bits)/) run++; else run = 0
    if (run > most) most = run
  } END { print most + 0 }' "$work/download"
}
