# What tunnels need of the broker's heap, measured: the numbers behind what bin/culvert gives Java and
# how many tunnels the broker grants. Part of the long story told by lab.sh field-long.

field_long+=(heap)

# The octets of heap that the broker may take for a tunnel and its user, and without any; as in
# HeapRoom.java.
heap_room() {
  sed -n "s/.* $1 = \([0-9_]*\);/\1/p" \
    "$project/bundles/broker/src/main/java/org/culvert/broker/HeapRoom.java" | tr -d _
}

tell_heap() {
  say "Twenty thousand users have a tunnel each: what that takes of the broker's heap"
  need_programs sqlite3:sqlite3
  command -v jcmd >/dev/null || fail "jcmd is missing: install a JDK"
  local without per count last=0 live
  without=$(heap_room WITHOUT_TUNNELS) per=$(heap_room PER_TUNNEL)
  stop_daemon "$c"
  for count in 0 5000 10000 15000 20000; do
    stop_daemon "$b"
    add_tunnels $last $count
    last=$count
    start_broker_by env
    await 300 "$count tunnels" broker_has_tunnels $count
    live=$(live_heap)
    tell "$count tunnels: $live octets of live heap"
    [ "$live" -lt $((without + count * per)) ] \
      || fail "the broker believes that $((without + count * per)) octets are enough"
  done
  broker_logged "maxTunnels is" 0 || fail "by itself it takes too little: $(broker_logs "maxTunnels is")"

  say "The heap is too small for the limit: the log says so, and the way out that it tells is one"
  stop_daemon "$b"
  add_tunnels 20000 0
  start_broker_by env EXTRA_JAVA_OPTS=-Xmx96m
  broker_logged "maxTunnels is" 1 || fail "nothing is told, or too much"
  tell "$(broker_logs "maxTunnels is" | sed 's/.* | //')"
  local remedy; remedy=$(broker_logs "maxTunnels is" | grep -oE 'EXTRA_JAVA_OPTS=-Xmx[0-9]+m')
  stop_daemon "$b"
  start_broker_by env "$remedy"
  broker_logged "maxTunnels is" 1 || fail "it is told with $remedy, too"
  stop_daemon "$b"
  start_broker_by env
  start_client_by env
}

# What is left after the collector has been everywhere.
live_heap() { jcmd "$(java_of "$b")" GC.class_histogram | awk '$1 == "Total" {print $3}'; }

broker_has_tunnels() { # COUNT, besides the client's
  [ "$(broker_shell "culvert:tunnels --json" | grep -c '"user" *: *"user')" = "$1" ]
}

# add_tunnels FROM TO: users with the client's password and tunnels like the client's, in the files of
# a broker that does not run. A TO below FROM takes all away.
add_tunnels() {
  local users=$broker_home/etc/culvert-users.properties
  sed -i '/^user[0-9]/d' "$users"
  sed -n "s/^$user *=//p" "$users" | head -1 \
    | awk -v count="$2" '{for (i = 1; i <= count; i++) print "user" i " =" $0}' >"$work/users"
  cat "$work/users" >>"$users"
  sqlite3 "$broker_home/data/culvert/leases.db" <<END
DELETE FROM lease WHERE $2 < $1 AND owner GLOB 'user[0-9]*';
WITH RECURSIVE n(i) AS (SELECT $1 + 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
INSERT INTO lease (id, owner, anonymous, state, type, outer_local_address, outer_local_port,
  outer_remote_address, outer_remote_port, claimed_address, server_address, client_address, prefix,
  keep_alive_millis, created_millis, expires_millis, revision, inner_version, name, dns_servers,
  routing_protocol)
SELECT printf('%032x', i), 'user' || i, 0, 'ACTIVE', type, outer_local_address, outer_local_port,
  printf('198.18.%d.%d', i / 256, i % 256), 40000, claimed_address, server_address,
  replace(server_address, '::1', printf('::1:%x', i)),
  replace(prefix, ':8000::/60', printf(':%x::/64', 0x8010 + i)),
  keep_alive_millis, created_millis, expires_millis, 1, inner_version, NULL, '', routing_protocol
FROM lease, n WHERE owner = '$user' AND $2 > $1;
END
}
