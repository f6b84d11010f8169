# Name servers of the lab: the broker's zones at BIND and at Knot, and a client's own zone at NSD. Sourced
# by lab.sh, after network.sh and karaf.sh. In these functions the namespace - is this one.

dns_templates=$(dirname "${BASH_SOURCE[0]}")/dns
dns_zones=(tb.example 8.b.d.0.1.0.0.2.ip6.arpa 64.10.in-addr.arpa)
dns_port=${dns_port:-53}
declare -A dns_daemons=() dns_places=() dns_commands=()

# start_bind NAMESPACE ADDRESS...: the broker's zones at these addresses, which must be the namespace's.
start_bind() {
  local ns=$1 dir=$work/dns/bind; shift
  prepare_zones "$dir" "$@"
  fill_in named.conf "DIRECTORY=$dir" "PORT=$dns_port" "SECRET=$(tsig_secret)" \
    "ADDRESSES4=$(addresses_of 4 "; " "$@")" "ADDRESSES6=$(addresses_of 6 "; " "$@")" >"$dir/named.conf"
  # A copy: AppArmor lets the program in its usual place write in no directory of ours.
  cp "$(command -v named)" "$dir/named"
  run_dns bind "$ns" "$dir/named" -g -n 1 -c "$dir/named.conf"
  await_dns bind "$ns" "$1"
}

# start_knot NAMESPACE ADDRESS...: the same zones, as they were in the beginning, at Knot.
start_knot() {
  local ns=$1 dir=$work/dns/knot address listen=""; shift
  prepare_zones "$dir" "$@"
  for address in "$@"; do listen+="${listen:+, }\"$address@$dns_port\""; done
  fill_in knot.conf "DIRECTORY=$dir" "SECRET=$(tsig_secret)" "LISTEN=$listen" >"$dir/knot.conf"
  run_dns knot "$ns" knotd -c "$dir/knot.conf"
  await_dns knot "$ns" "$1"
}

# start_client_nsd NAMESPACE ADDRESS ZONE=RECORDS...: a client's name server, for example
# start_client_nsd "$c" 2001:db8:1::1 "$(reverse_zones 2001:db8:1::/48)=$(reverse_name 2001:db8:1::2). PTR a.example."
# Each zone is served, with these records (lines of a zone file).
start_client_nsd() {
  local ns=$1 address=$2 dir=$work/dns/nsd-${1#-} zone records; shift 2
  rm -rf "$dir"; mkdir -p "$dir"
  fill_in nsd.conf "DIRECTORY=$dir" "PORT=$dns_port" "LISTEN=    ip-address: $address" >"$dir/nsd.conf"
  for zone in "$@"; do
    records=${zone#*=} zone=${zone%%=*}
    printf 'zone:\n    name: "%s"\n    zonefile: "%s.zone"\n' "$zone" "$zone" >>"$dir/nsd.conf"
    { fill_in client.zone "ZONE=$zone"; printf '%s\n' "$records"; } >"$dir/$zone.zone"
  done
  run_dns "nsd-${ns#-}" "$ns" nsd -d -c "$dir/nsd.conf"
  await_dns "nsd-${ns#-}" "$ns" "$address" "$zone"
}

# stop_dns [NAME]...: ends these (bind, knot, nsd-NAMESPACE), or all.
stop_dns() {
  local name pid
  [ $# -gt 0 ] || set -- "${!dns_daemons[@]}"
  for name in "$@"; do
    pid=${dns_daemons[$name]:-}
    [ -n "$pid" ] || continue
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    unset "dns_daemons[$name]"
  done
}

# restart_dns NAME: starts one again, with all that it had been told.
restart_dns() {
  local command; mapfile -t command <<<"${dns_commands[$1]}"
  run_dns "$1" "${command[@]}"
  # shellcheck disable=SC2086
  await_dns "$1" "${command[0]}" ${dns_places[$1]}
}

# configure_dns HOME NAME ADDRESS [LINE]...: tells a broker to update the zones at this server.
configure_dns() {
  local home=$1 name=$2 address=$3 pid; pid=org.culvert.dns.update-$name; shift 3
  (umask 077; tsig_secret >"$home/etc/culvert-tsig.secret")
  configured=$((configured + 1))
  printf '%s\n' "server = $address" "port = $dns_port" "key.file = culvert-tsig.secret" \
    "zones = tb.example" "reverseZones = 2001:db8::/32, 64.10.in-addr.arpa" "hash.key = lab" "$@" \
    ".lab = $configured" >"$work/cfg"
  mv "$work/cfg" "$home/etc/$pid.cfg"
  [ -z "$(java_of "${lives[$home]}")" ] \
    || await_quietly 20 "configuration $pid" dns_was_told "${lives[$home]}" $configured
}

dns_was_told() {
  shell "$1" "config:list '(service.factoryPid=org.culvert.dns.update)'" | grep -q "lab = $2\$"
}

# The TSIG key's secret, the same for both servers; made when it is asked for first.
tsig_secret() {
  [ -f "$work/tsig" ] || (umask 077; head -c 32 /dev/urandom | base64 >"$work/tsig")
  cat "$work/tsig"
}

# dns_at NAMESPACE SERVER NAME TYPE: the answer's data, a line each.
dns_at() { in_dns_ns "$1" dig +short +norecurse +time=2 +tries=2 -p "$dns_port" "@$2" "$3" "$4"; }

# dns_is NAMESPACE SERVER NAME TYPE DATA: whether it is just that; for await.
dns_is() { [ "$(dns_at "$1" "$2" "$3" "$4")" = "$5" ]; }

# dns_walk NAMESPACE SERVER NAME TYPE: asks the server and follows its referrals, as a resolver does; prints
# each step, then the answer's data. Name servers without glue are looked up from the beginning.
dns_walk() {
  local ns=$1 first=$2 name=$3 type=$4 server=$2 step reply target
  for step in 1 2 3 4 5 6 7 8; do
    reply=$(in_dns_ns "$ns" dig +noall +comments +answer +authority +additional +norecurse +time=2 \
      +tries=2 -p "$dns_port" "@$server" "$name" "$type") || { tell "$server does not answer"; return 1; }
    if awk -v t="$type" '$4 == t && section == "ANSWER" { found = 1 }
        /^;; [A-Z]+ SECTION/ { section = $2 } END { exit !found }' <<<"$reply"; then
      tell "$step. $server answers:"
      awk -v t="$type" '/^;; [A-Z]+ SECTION/ { section = $2 }
        $4 == t && section == "ANSWER" { print $5 }' <<<"$reply"
      return 0
    fi
    target=$(awk '$4 == "NS" { print $5; exit }' <<<"$reply")
    [ -n "$target" ] || { tell "$step. $server knows nothing of $name"; return 1; }
    tell "$step. $server: $(awk '$4 == "NS" { print $1, "NS", $5; exit }' <<<"$reply")"
    server=$(awk -v n="$target" '$1 == n && ($4 == "A" || $4 == "AAAA") { print $5; exit }' <<<"$reply")
    [ -n "$server" ] || server=$(dns_at "$ns" "$first" "$target" AAAA | head -1)
    [ -n "$server" ] || server=$(dns_at "$ns" "$first" "$target" A | head -1)
    [ -n "$server" ] || { tell "nobody knows $target"; return 1; }
  done
  tell "no end of referrals"
  return 1
}

# reverse_name ADDRESS: where its PTR is, without a dot at the end.
reverse_name() {
  case $1 in
    *:*) nibbles "$1" | rev | sed 's/./&./g; s/$/ip6.arpa/' ;;
    *) awk -F. '{ print $4 "." $3 "." $2 "." $1 ".in-addr.arpa" }' <<<"$1" ;;
  esac
}

# reverse_zones PREFIX: the zones of an IPv6 prefix, a line each: one, or several side by side.
reverse_zones() {
  local length=${1#*/} digits labels spare i first
  digits=$(nibbles "${1%/*}") labels=$(((length + 3) / 4)) spare=$(((4 - length % 4) % 4))
  first=$((16#${digits:labels-1:1}))
  for ((i = first; i < first + (1 << spare); i++)); do
    printf '%s%x' "${digits:0:labels-1}" "$i" | rev | sed 's/./&./g; s/$/ip6.arpa\n/'
  done
}

nibbles() { # ADDRESS: 32 hexadecimal digits
  awk -v address="${1,,}" 'BEGIN {
    halves = split(address, half, "::"); heads = split(half[1], head, ":")
    tails = halves > 1 ? split(half[2], tail, ":") : 0
    for (i = 1; i <= heads; i++) out = out substr("0000" head[i], length(head[i]) + 1)
    for (i = heads + tails; i < 8; i++) out = out "0000"
    for (i = 1; i <= tails; i++) out = out substr("0000" tail[i], length(tail[i]) + 1)
    print out
  }'
}

prepare_zones() { # DIRECTORY ADDRESS...
  local dir=$1 zone address records=""; shift
  rm -rf "$dir"; mkdir -p "$dir"
  for address in "$@"; do
    case $address in *:*) records+="ns AAAA $address\\n" ;; *) records+="ns A $address\\n" ;; esac
  done
  for zone in "${dns_zones[@]}"; do
    fill_in "$zone.zone" "NS_ADDRESSES=$records" >"$dir/$zone.zone"
  done
}

# fill_in TEMPLATE WORD=TEXT...: none of the texts holds a |.
fill_in() {
  local template=$1 pair script=""; shift
  for pair in "$@"; do script+="s|@${pair%%=*}@|${pair#*=}|g;"; done
  sed "$script" "$dns_templates/$template"
}

addresses_of() { # 4|6 BEHIND ADDRESS...: those of a family, this text behind each; none: the word none
  local family=$1 behind=$2 address out=""; shift 2
  for address in "$@"; do
    case $family$address in 6*:*) out+=$address$behind ;; 6* | 4*:*) ;; *) out+=$address$behind ;; esac
  done
  printf '%s' "${out:-none$behind}"
}

in_dns_ns() {
  local ns=$1; shift
  if [ "$ns" = - ]; then "$@"; else ip netns exec "$ns" "$@"; fi
}

run_dns() { # NAME NAMESPACE COMMAND...
  local name=$1 ns=$2 log=$work/dns/$1.log; shift 2
  stop_dns "$name"
  dns_commands[$name]=$(printf '%s\n' "$ns" "$@")
  if [ "$ns" = - ]; then
    "$@" >"$log" 2>&1 </dev/null &
  else
    ip netns exec "$ns" "$@" >"$log" 2>&1 </dev/null &
  fi
  dns_daemons[$name]=$!
}

await_dns() { # NAME NAMESPACE ADDRESS [ZONE]
  local begin=$SECONDS
  dns_places[$1]="$3 ${4:-tb.example}"
  until [ -n "$(dns_at "$2" "$3" "${4:-tb.example}" SOA 2>/dev/null | grep hostmaster)" ]; do
    if [ $((SECONDS - begin)) -ge 20 ] || ! kill -0 "${dns_daemons[$1]}" 2>/dev/null; then
      tail -n 20 "$work/dns/$1.log" >&2
      fail "$1 does not answer at $3"
    fi
    sleep 0.3
  done
  tell "$1 answers at $3"
}
