# Clocks that jump, at either end, while tunnels are up and while nobody runs: parts of the story told
# by lab.sh. Only the date is set; what a machine counts since it was booted goes on, as it does when
# an operator or NTP sets the clock.

field_long+=(clock)

tell_clock() {
  say "Clocks are set forward and back by days while the client pings 20 times a second"
  local before; before=$(assignment)
  need_clock
  clock_says broker 0
  clock_says client 0
  stop_daemon "$c"
  stop_daemon "$b"
  start_broker_by "${by_broker_clock[@]}"
  start_client_by "${by_client_clock[@]}"
  same_assignment "$before"

  local connected day=86400; connected=$(connects)
  steady_ping_begin "$c" 600
  broker_clock_jumps $day forward
  clock_says client $day
  broker_clock_jumps $((-day)) back
  clock_says client $((-31 * day))
  broker_clock_jumps $((31 * day)) forward
  clock_says client $((31 * day))
  broker_clock_jumps 0 back
  clock_says client 0
  steady_ping_end
  [ "$(connects)" = "$connected" ] || fail "the client had to connect again"
  same_assignment "$before"
  leases_are_as_they_should

  say "The client's clock is a day back when its NAT forgets the mapping"
  clock_says client $((-day))
  forget_mappings "$n"
  await 200 "ping, by the client itself" ping_once
  same_assignment "$before"

  say "The power fails at the broker, and it starts in 1970, or a month ahead, until NTP comes"
  broker_starts_at $((60 - $(date +%s))) "before this broker last ran"
  same_assignment "$before"
  broker_starts_at $((31 * day)) "or the clock jumped"
  same_assignment "$before"
  leases_are_as_they_should

  say "The client starts in 1970, and then its clock is set right"
  stop_daemon "$c"
  clock_says client $((60 - $(date +%s)))
  start_client_by "${by_client_clock[@]}"
  connected=$(connects)
  steady_ping_begin "$c" 100
  clock_says client 0
  steady_ping_end
  [ "$(connects)" = "$connected" ] || fail "the client had to connect again"
  same_assignment "$before"

  stop_daemon "$c"
  stop_daemon "$b"
  start_broker_by env
  start_client_by env
}

need_clock() {
  need_programs cc:build-essential
  cc -O2 -shared -fPIC -o "$work/clock.so" "$here/field/clock.c" || fail "cc cannot compile clock.c"
  local by=(env "LD_PRELOAD=$work/clock.so")
  by_broker_clock=("${by[@]}" "CLOCK_OFFSET=$work/clock-broker")
  by_client_clock=("${by[@]}" "CLOCK_OFFSET=$work/clock-client")
}

# clock_says END SECONDS: how far its clock is from the true time; seen at once.
clock_says() {
  printf '%+d\n' "$2" >"$work/clock-$1.new"
  mv "$work/clock-$1.new" "$work/clock-$1"
}

# broker_clock_jumps SECONDS WAY: to so far from the true time; the broker says that it follows.
broker_clock_jumps() {
  local said; said=$(last_followed "$2")
  clock_says broker "$1"
  await 20 "the broker following its clock $2" followed_since "$2" "$said"
}

# The last line that says so; another date begins another file, so that lines cannot be counted.
last_followed() { grep "The clock was set $1 by" "$broker_home/data/log/karaf.log" | tail -1 || true; }
followed_since() { local now; now=$(last_followed "$1"); [ -n "$now" ] && [ "$now" != "$2" ]; }

# broker_starts_at SECONDS WORDS: kills it, starts it with a clock so far off, and sets that right. The
# client does nothing meanwhile but ping.
broker_starts_at() {
  local connected; connected=$(connects)
  kill_broker
  clock_says broker "$1"
  start_broker_by "${by_broker_clock[@]}"
  await 30 "ping, while the broker's clock is wrong" ping_once
  broker_has_said "$2"
  steady_ping_begin "$c" 100
  clock_says broker 0
  steady_ping_end
  [ "$(connects)" = "$connected" ] || fail "the client had to connect again"
}

broker_has_said() {
  grep -h "$1" "$broker_home/data/log/karaf.log" | tail -1 | sed 's/^/     /' | grep . \
    || fail "the broker does not say '$1'"
}

leases_are_as_they_should() {
  local said; said=$(broker_shell culvert:verify-leases)
  grep -q 'as it should be' <<<"$said" || fail "the leases are not sound: $said"
}
