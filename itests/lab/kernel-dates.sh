# The clock of the virtual machine is really set, with date -s, while its broker carries a tunnel: a
# part of the story told by kernel.sh. Only the machine's own clock is set, by its console; this
# host's, which others use, is not.

# demands: R-2.1-8
tell_dates() {
  say "The clock of the vm is set a day forward, two days back, to 1970 and right again"
  kernel_tunnel v6v4
  local before connected day=86400; before=$(assignment) connected=$(connects)
  [ -n "${before// /}" ] || fail "the client has no address"
  ip netns exec "$h" ping -6 -n -i 1 -W 5 $behind >"$work/dates" 2>&1 &
  local pings=$!
  sleep 3
  date_jumps $(($(date +%s) + day)) forward
  date_jumps $(($(date +%s) - day)) back
  # A kernel takes no date before its own boot, which would make that happen before 1970.
  date_jumps "$(vm "cut -d. -f1 /proc/uptime | { read -r s; echo \$((s + 60)); }")" back
  vm_tells_date | grep 1970 | sed 's/^/     /' || fail "the vm does not live in 1970"
  date_jumps "$(date +%s)" forward
  vm_leases_are_sound
  sleep 3
  kill -INT $pings
  wait $pings || true
  grep -q ' 0% packet loss' "$work/dates" || fail "packets were lost: $(grep loss "$work/dates")"
  tell "over all that: $(grep loss "$work/dates" | sed 's/, time.*//')"
  [ "$(connects)" = "$connected" ] || fail "the client had to connect again"
  same_assignment "$before"

  say "The client asks again, by the clock that was set"
  shell "$h" culvert:client-reconnect >/dev/null || fail "the client's shell does not answer"
  await $patience "a new session" connected_since "$connected"
  await $patience "tunnel at the client" client_gets v6v4
  await 30 "ping from the host to what is behind the vm" in_ns "$h" ping -6 -n -c 1 -W 2 $behind
  same_assignment "$before"
  vm_leases_are_sound
}

# date_jumps SECONDS WAY: the vm's clock is set to so much after 1970; the broker says that it follows.
date_jumps() {
  local said; said=$(vm_last_followed "$2")
  vm "date -u -s @$1 >/dev/null" || fail "the vm's kernel does not take the date $1"
  await 60 "the vm's broker following its clock $2" vm_followed_since "$2" "$said"
  vm "grep 'The clock was set' /culvert/data/log/karaf.log | tail -1" \
    | sed 's/.*The clock/     The clock/; s/; the dates.*//'
}

vm_tells_date() { vm "date -u"; }
# The last line that says so; another date begins another file, so that lines cannot be counted.
vm_last_followed() { vm "grep 'The clock was set $1 by' /culvert/data/log/karaf.log | tail -1 || true"; }
vm_followed_since() { local now; now=$(vm_last_followed "$1"); [ -n "$now" ] && [ "$now" != "$2" ]; }

connected_since() { local now; now=$(connects); [ -n "$now" ] && [ "$now" -gt "$1" ]; }

vm_leases_are_sound() {
  await 60 "word of the vm's broker that all is as it should be" vm_verified
}

vm_verified() { vm_shell culvert:verify-leases | grep -q 'as it should be'; }
