# Hosts, NATs, clocks, disks and paths as they are in the field: a story of its own told by lab.sh.
# Hosts are as distributions ship them: nothing is forwarded, and neither the broker nor the client
# is told more than the README's first tunnel tells them.
#
# The parts stand in field/, a file for each area. A part finds broker and client running, the client
# behind a NAT that maps to 203.0.113.2 and connected, and leaves them so. A file adds its parts to
# field, and those that take long to field_long.

field=()
field_long=()
for area in "$here"/field/*.sh; do
  # shellcheck source=/dev/null
  [ ! -e "$area" ] || . "$area"
done

# stop_daemon NAMESPACE: ends it as a service manager does, and waits for its end.
stop_daemon() {
  local pid; pid=$(java_of "$1")
  [ -n "$pid" ] || return 0
  kill "$pid"
  await_quietly 60 "end of process $pid" process_is_gone "$pid"
}

# start_broker_by COMMAND...: starts the broker by way of a command, as env or unshare, and waits for
# its port. start_client_by does the same with the client, and waits for a tunnel.
start_broker_by() { launcher=("$@"); start "$broker_home" "$b" broker; launcher=(); await 90 "broker" port_is_open; }
start_client_by() { launcher=("$@"); start "$client_home" "$c" client; launcher=(); await 90 "tunnel" ping_once; }

# fresh HOME: an installation of which nothing is left that it learned, as a user unpacks it.
fresh_broker() { stop_daemon "$b"; rm -rf "$broker_home"; prepare_broker "$broker_home"; }
fresh_client() { stop_daemon "$c"; rm -rf "$client_home"; unpack "$client_home"; configure_client "$client_home" "$user"; }
