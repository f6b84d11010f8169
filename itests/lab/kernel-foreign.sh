# Other programs at work in the vm, while its kernel carries tunnels: a part of the story told by
# kernel.sh. What is seen here in a few acts lab.sh field tells at length of the other datapath.

tell_foreign() {
  local type
  for type in v6v4 v4v6; do
    kernel_tunnel $type
    # A tunnel that comes or goes has the filter made anew, and nothing is found to be put back.
    await 120 "no other tunnel at the vm's broker" vm_has_one_tunnel
    tell_flush $type
    tell_shadow $type
  done
}

vm_has_one_tunnel() { [ "$(vm_shell "culvert:tunnels --json" | grep -c '"state" *: *"up"')" = 1 ]; }

# The machine itself looks how long it takes, for each word with it takes its time.
tell_flush() { # TYPE
  say "Somebody flushes the packet filter of the vm ($1): it is put back, and the log tells"
  local before after took crowd=1
  before=$(vm_log_has 'it was put back')
  # One line, for that is what the machine reads.
  local back='nft list chain inet culvert_culvert0 in >/dev/null 2>&1'
  took=$(vm "nft flush ruleset; read -r a b </proc/uptime; n=0; until $back || [ \$n = 600 ]; do n=\$((n + 1)); usleep 50000; done; read -r c d </proc/uptime; [ \$n = 600 ] || echo \$a \$c" \
    | awk '{ print int(($2 - $1) * 1000) }')
  [ -n "$took" ] || fail "the filter stays away"
  count_crowd
  tell "the filter is there again after $took ms"
  [ "$took" -le $((2000 * crowd)) ] || fail "it was to be put back within two seconds"
  after=$(vm_log_has 'it was put back')
  [ "$after" -gt "$before" ] || await 10 "word of it in the vm's log" vm_log_has_more 'it was put back' "$before"
  vm "grep 'it was put back' /culvert/data/log/karaf.log | tail -1" | sed 's/.*| /     /'
  await 10 "ping through the tunnel" pings "$1"
}

tell_shadow() { # TYPE
  say "Somebody in the vm has a better route than ours ($1): the tunnel says so, and stands again when it goes"
  local inner family=-6; inner=$(inner_address)
  [ "$1" = v6v4 ] || family=-4
  vm "ip $family route add blackhole $inner metric 1" || fail "no blackhole"
  await 60 "the tunnel failed, with who has its route" vm_tells_shadow "there is a blackhole with metric 1"
  vm "ip $family route del blackhole $inner metric 1"
  await 60 "the tunnel up again" detail vm_shell "$1"
  vm "ip $family route add $inner dev lo metric 100" || fail "no other's route"
  await 60 "the tunnel failed, with who has its route" vm_tells_shadow "lo has one with metric 100"
  vm "ip $family route del $inner dev lo metric 100"
  await 60 "the tunnel up again" detail vm_shell "$1"
  await 10 "ping through the tunnel" pings "$1"
  vm_leases_are_sound
}

vm_tells_shadow() { vm_shell culvert:verify-leases | grep -F "is shadowed: $1"; }
vm_log_has() { vm "grep -c '$1' /culvert/data/log/karaf.log || true"; }
vm_log_has_more() { [ "$(vm_log_has "$1")" -gt "$2" ]; }
