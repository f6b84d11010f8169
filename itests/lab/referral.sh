# A full broker refers to others: a part of the story told by lab.sh.

tell_referral() {
  say "The broker is full and refers to two others, of which the second is the closer"
  javac -d "$work" "$here/FarBroker.java" "$here/Intruder.java"
  in_ns "$g" java -cp "$work" FarBroker $far4 >/dev/null &
  disown
  nat_on 203.0.113.2
  renew
  start_second_broker
  occupy $broker4
  configure_broker "$broker_home" "maxTunnels = 1" "referrals = $far4, $second4"
  capture measures "$n" any "udp dst port 3653 and udp[16:4] = 0x4543484f"
  configure_client "$client_home" "$neighbour"
  await 60 "tunnel from the second broker" client_is_at $second4
  captured measures
  [ "$(seen measures "dst host $far4" | wc -l)" -gt 0 ] || fail "the far broker was not measured"
  second_shell "culvert:tunnels --json" | tunnel_of "$neighbour" address remote \
    | grep -q "^$(inner_address) " || fail "the second broker has no such tunnel"
  tell "the client measured both and has $(inner_address) from the closer"

  say "Both are full and refer to each other"
  occupy $second4
  configure_broker "$second_home" "maxTunnels = 1" "referrals = $broker4"
  capture versions "$n" any "udp dst port 3653 and udp[16:4] = 0x56455253"
  configure_client "$client_home" "$newcomer"
  await 60 "the client's word that it goes round in a circle" client_says "asked already"
  sleep 4
  captured versions
  local asked; asked=$(seen versions udp | wc -l)
  [ "$asked" -ge 2 ] && [ "$asked" -le 16 ] || fail "the client asked $asked times"
  tell "it asked $asked times in all, and waits"
  kill_java "$s"
  kill_java "$g"
  configure_broker "$broker_home"
  go_home
}

client_is_at() { client_json | grep '"broker"' | grep -q "$1" && client_has_type v6udpv4; }

# A tunnel from elsewhere, which lives without keepalives for longer than this part.
occupy() { # BROKER
  in_ns "$d" java -cp "$work" Intruder 4343 "$1" "$intruder" "$password" version digest create accept \
    | grep -q '^create: .*200 Success' || fail "$1 is full already"
}

start_second_broker() {
  prepare_broker "$second_home"
  start "$second_home" "$s" broker
  await 60 "second broker" in_ns "$s" bash -c "exec 3<>/dev/tcp/$second4/3653"
}
