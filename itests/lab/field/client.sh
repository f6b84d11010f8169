# The client as it is used for days: it renews, is refused, loses its disk and its clock, and finds
# UDP again. Parts of the story told by field.sh.

field_long+=(renewals anonymous refused detour memory many_renewals)

# A lifetime that the lab can wait for; a client renews at about three quarters of it.
short_lifetimes() {
  broker_settings=("lifetime = 1" "anonymousLifetime = 1")
  configure_broker "$broker_home"
  restart_client
  await 60 "tunnel with a lifetime of a minute" ping_once
}

usual_lifetimes() {
  broker_settings=()
  configure_broker "$broker_home"
  restart_client
  await 60 "tunnel" ping_once
}

# renewals COUNT: pings the world 20 times a second while the tunnel is renewed so often.
renewals() {
  local before now last begin port outer
  before=$(connects) port=$(client_port) outer=$(outside)
  # A renewal comes within 48 s of the one before.
  steady_ping_begin "$c" $(($1 * 1000))
  for now in $(seq 1 "$1"); do
    last=$((before + now))
    begin=$SECONDS
    await_quietly 90 "renewal" connects_are "$last"
    tell "renewal $now after $((SECONDS - begin)) s"
  done
  steady_ping_end
  if client_has_type v6udpv4; then
    [ "$(client_port)" = "$port" ] || fail "the client's port was $port and is $(client_port)"
    [ "$(outside)" = "$outer" ] || fail "the broker saw $outer and sees $(outside)"
    tell "still from port $port, which the broker sees as $outer"
  fi
}

connects_are() { [ "$(connects)" -ge "$1" ]; }

# A renewal costs no packet, and neither the NAT nor the broker sees another port.
tell_renewals() {
  say "A tunnel through a NAT is renewed again and again under a steady ping"
  short_lifetimes
  client_has_type v6udpv4 || fail "the tunnel was to be v6udpv4"
  local before; before=$(assignment)
  renewals 3
  same_assignment "$before"
  usual_lifetimes
}

tell_many_renewals() {
  say "The same for half an hour"
  short_lifetimes
  local before; before=$(assignment)
  renewals 40
  same_assignment "$before"
  usual_lifetimes
}

tell_anonymous() {
  say "An anonymous client keeps its address and its one lease over renewals"
  short_lifetimes
  configure_client_alone "$client_home" "server = $broker4"
  await 60 "anonymous tunnel" anonymous_tunnels_are 1
  await 60 "ping through it" ping_once
  local inner who; inner=$(inner_address) who=$(anonymous_users)
  renewals 3
  [ "$(inner_address)" = "$inner" ] || fail "the address was $inner and is $(inner_address)"
  anonymous_tunnels_are 1 || fail "there is more than one anonymous tunnel"
  [ "$(anonymous_users)" = "$who" ] || fail "the user was $who and is $(anonymous_users)"
  tell "one lease, of $who, with $inner"
  configure_client "$client_home" "$user"
  usual_lifetimes
}

anonymous_users() {
  broker_shell "culvert:tunnels --json" | sed -n 's/.*"user" *: *"\(anonymous[^"]*\)".*/\1/p'
}
anonymous_tunnels_are() { [ "$(anonymous_users | wc -l)" = "$1" ]; }

# Over TCP nobody answers an accept but to refuse it.
tell_refused() {
  say "Over TCP the broker accepts the session and cannot make the tunnel"
  configure_client "$client_home" "$user" "transports = tcp" "tunnelType = v6v4"
  nat_off
  await 60 "tunnel over TCP" client_came_by TCP v6v4
  # A tunnel that is larger than the broker's device is offered, and cannot be made.
  configure_broker "$broker_home" "mtu = 4000" "pathMtu = 4100"
  restart_client
  await 60 "refusal in the client's status" status_tells "after the accept"
  client_json | grep -q '"phase" *: *"connected"' && fail "the client says that it is connected"
  tell "$(client_json | grep '"last error"')"
  configure_broker "$broker_home"
  await 330 "tunnel by itself" ping_once
  nat_on 203.0.113.2
  configure_client "$client_home" "$user"
  await 90 "tunnel through the NAT" ping_once
}

status_tells() { client_json | grep -q "$1"; }

# What was once in the way of UDP is not remembered for ever.
tell_detour() {
  say "UDP is blocked once, and used again as soon as it passes"
  block_udp
  configure_client "$client_home" "$user" "tunnelType = v6v4"
  nat_off
  block_udp
  restart_client
  await 60 "tunnel over TCP" client_came_by TCP v6v4
  nat_off
  configure_client "$client_home" "$neighbour" "tunnelType = v6v4"
  await 60 "another user asks over UDP at once" client_came_by UDP v6v4
  nat_on 203.0.113.2
  configure_client "$client_home" "$user"
  await 90 "tunnel through the NAT" ping_once
}

client_logged() { cat "$client_home"/data/log/*.log | grep -q "$1"; }

# The client's memory on a disk that is full, and then is not.
tell_memory() {
  say "The disk that the client's memory is on is full; then it is not"
  local state=$work/disk/client.properties
  mkdir -p "$work/disk"
  at_client mount -t tmpfs -o size=64k none "$work/disk"
  at_client dd if=/dev/zero of="$work/disk/full" bs=1k count=64 2>/dev/null || true
  configure_client "$client_home" "$user" "state = $state"
  await 90 "one line about it in the log" client_logged "$state cannot be written"
  await 90 "tunnel although nothing can be remembered" ping_once
  at_client rm "$work/disk/full"
  await 30 "memory, by itself" at_client test -s "$state"
  stop_daemon "$c"
  # The small disk has gone with the process that saw it.
  : >"$state"
  start_client_by env
  tell "it starts with an empty file, too"
  configure_client "$client_home" "$user"
  await 90 "tunnel" ping_once
}

# With the eyes of the client's process, which has mounts of its own.
at_client() { nsenter -t "$(java_of "$c")" -m "$@"; }
