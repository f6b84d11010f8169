# A neighbour behind the same NAT tries to get at the client's tunnel (RFC 7059 section 4.1): a part
# of the story told by lab.sh. What happened is judged from what passes and from the broker's table.
#
# One thing no broker can stop, and this part does not claim: while the client's own mapping lives,
# whoever is given that very mapping by the NAT can send as the client, for packets in a tunnel carry
# no proof. It ends as soon as the client, whose keepalives fail then, comes back from elsewhere.

mapping_of_client() { broker_tunnel "$user" remote; }

# intrude USER STEP...: from the neighbour's namespace, always from the same port.
intrude() {
  local who=$1; shift
  in_ns "$d" java -cp "$work" Intruder 4242 $broker4 "$who" "$password" "$@" >"$work/intruder"
  sed 's/^/     /; s/\(.\{100\}\).*/\1.../' "$work/intruder"
  ! grep -qF -e "$inner" -e "$(uncompressed "$inner")" "$work/intruder" \
    || fail "the neighbour was told of the client's tunnel"
}

# The last 64 bits as the wire has them, each group of four digits.
uncompressed() {
  local group text=
  for group in $(echo "$1" | awk -F: '{print $(NF-3), $(NF-2), $(NF-1), $NF}'); do
    text+=$(printf ':%4s' "$group" | tr ' ' 0)
  done
  echo "$text"
}

same_tunnel() {
  local now; now=$(broker_tunnel "$user" $tunnel_keys)
  [ "$now" = "$tunnel" ] || fail "the client's tunnel was [$tunnel] and is now [$now]"
}

# The keys of a tunnel that may not change; how long it has been idle, or silent, is not among them.
tunnel_keys="id type user address prefix local remote device"

# Nothing of the intruder's comes out of the broker with the client's address.
spoofed_packets() { seen world "icmp6 and ip6[40] = 128 and ip6[44:2] = 0xbad1 and src host $inner" | wc -l; }

# threats: T13
tell_hijack() {
  say "A neighbour behind the same NAT tries to take the client's tunnel, from a port of its own"
  javac -d "$work" "$here/Intruder.java"
  nat_on 203.0.113.2
  renew
  local inner tunnel mapping
  inner=$(inner_address)
  tunnel=$(broker_tunnel "$user" $tunnel_keys)
  mapping=$(mapping_of_client)

  capture world "$b" eth1 icmp6
  tell "with no name at all"
  intrude nobody create info delete accept "data=$inner,$world"
  same_tunnel
  intrude nobody version create info delete accept version anonymous info delete create accept \
    "data=$inner,$world"
  same_tunnel
  tell "with a wrong password of the client's name"
  password=wrong intrude "$user" version digest info delete accept
  same_tunnel
  tell "with a good name of its own"
  intrude "$intruder" version digest info delete create accept info "data=$inner,$world"
  same_tunnel
  grep -q '^create: .*200 Success' "$work/intruder" || fail "it was to get a tunnel of its own"
  captured world
  [ "$(spoofed_packets)" = 0 ] || fail "packets of the neighbour passed as the client's"
  ping_once >/dev/null || fail "the client's tunnel does not carry any more"
  tell "the client's tunnel is as it was, and none of its packets was the neighbour's"
  nat_on 203.0.113.2
  renew
}

# threats: T13 T14
tell_takeover() {
  say "The client is cut off, and the neighbour gets the client's outside port"
  javac -d "$work" "$here/Intruder.java"
  lift_limits
  nat_on 203.0.113.2
  renew
  local inner tunnel mapping
  inner=$(inner_address)
  tunnel=$(broker_tunnel "$user" $tunnel_keys)
  mapping=$(mapping_of_client)
  intrude "$intruder" version digest delete
  force_port "$mapping"
  tell "going on with the client's session, as if it were its own"
  intrude nobody guess
  same_tunnel
  intrude nobody accept delete info
  same_tunnel
  tell "with no name at all"
  intrude nobody version create info delete accept version anonymous info delete create accept
  same_tunnel
  tell "with a good name of its own"
  intrude "$intruder" version digest info delete create accept info
  grep -q '^create: .* 506 ' "$work/intruder" || fail "the outside port was to be refused"
  same_tunnel
  tell "the client's tunnel is as it was"

  say "The client comes back from another port, and the neighbour still has the old one"
  let_client_through "$mapping"
  renew
  [ "$(mapping_of_client)" != "$mapping" ] || fail "the neighbour was to have this port"
  capture neighbour "$d" eth0 "udp src port 3653 and udp[8] & 0xf0 = 0x60"
  capture world "$b" eth1 icmp6
  intrude nobody "data=$inner,$world"
  ping_client "$inner" >/dev/null || fail "the world does not reach the client"
  captured world
  [ "$(spoofed_packets)" = 0 ] || fail "packets from the old port passed as the client's"
  captured neighbour
  [ "$(seen neighbour udp | wc -l)" = 0 ] || fail "the old port still gets packets of the client's tunnel"
  tell "nothing passes in or out at the old port any more"
  nat_on 203.0.113.2
  renew
  restore_limits
}

# force_port MAPPING: the neighbour's TSP leaves from there, and nothing of the client's leaves.
force_port() {
  translate "$n" "ip saddr 10.9.1.2 udp dport 3653 snat to $1"
  in_ns "$n" nft insert rule ip lab through iifname inside drop
  tell "the NAT gives $1 to the neighbour, and drops what the client sends"
}

let_client_through() {
  translate "$n" "ip saddr 10.9.1.2 udp dport 3653 snat to $1" \
    "ip saddr 10.9.0.0/24 snat to ${1%:*} random"
}

# The neighbour and the client share an outside address, and so what one source may do. Here it is
# seen that guesses do not get through, not that they are few.
lift_limits() {
  configure "$broker_home" org.culvert.transport "rate = 0" "failures.per.minute = 0"
  # The client that is cut off is not to be given up before this part is told.
  configure_broker "$broker_home" "missedKeepAlives = 40"
  await 20 "signaling again on port 3653" port_is_open
}

restore_limits() {
  configure "$broker_home" org.culvert.transport
  configure_broker "$broker_home"
  await 20 "signaling again on port 3653" port_is_open
}
