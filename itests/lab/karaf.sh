# The two ends of the lab: unpacked assemblies, started in their namespaces. Sourced by lab.sh.

work=$(mktemp -d /tmp/culvert-lab.XXXXXX)
broker_home=$work/broker
client_home=$work/client
user=alice
password=$(head -c 9 /dev/urandom | base64)

need_assembly() {
  assembly=$(ls -t "$project"/karaf-assembly/target/culvert-*.tar.gz 2>/dev/null | head -1)
  [ -n "$assembly" ] || fail "there is no assembly yet: mvn -DskipTests package"
  command -v java >/dev/null || fail "java is missing: install a JDK, 17 or newer"
  tell "assembly: $(basename "$assembly"), $(($(stat -c %s "$assembly") / 1000000)) MB"
  ssh-keygen -q -t ecdsa -b 256 -N '' -f "$work/key"
}

# unpack HOME: a fresh installation whose shell the lab may enter with its own key.
unpack() {
  mkdir -p "$1"
  tar -xzf "$assembly" -C "$1" --strip-components 1
  printf 'admin = %s,_g_:admingroup\n' "$(cut -d' ' -f2 "$work/key.pub")" >>"$1/etc/keys.properties"
}

# start HOME NAMESPACE ROLE: runs the daemon; its output goes to HOME/console.log.
start() {
  in_ns "$2" "$1/bin/culvert" "$3" >>"$1/console.log" 2>&1 </dev/null &
}

# shell NAMESPACE COMMAND: one command in the Karaf shell.
shell() {
  in_ns "$1" timeout 20 ssh -q -p 8101 -i "$work/key" -o BatchMode=yes \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null admin@127.0.0.1 "$2" \
    </dev/null 2>/dev/null
}

broker_shell() { shell "$b" "$1"; }
client_shell() { shell "$c" "$1"; }

start_broker() {
  if [ ! -d "$broker_home" ]; then
    unpack "$broker_home"
    printf '%s = digest %s\n' "$user" "$password" >"$broker_home/etc/culvert-users.properties"
  fi
  local begin; begin=$(date +%s%N)
  start "$broker_home" "$b" broker
  await 60 "broker listening on port 3653" port_is_open
  local took=$((($(date +%s%N) - begin) / 1000000))
  tell "$took ms from start to open port; $(resident "$b") MB resident"
}

port_is_open() { in_ns "$b" bash -c 'exec 3<>/dev/tcp/192.0.2.1/3653'; }

java_of() { # NAMESPACE: the process that runs the assembly there
  local pid
  for pid in $(ip netns pids "$1"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != java ] || echo "$pid"
  done
}

process_is_gone() { ! kill -0 "$1" 2>/dev/null; }

resident() { # NAMESPACE: memory of its java process in MB
  awk '/VmRSS/ {print int($2 / 1000)}' "/proc/$(java_of "$1")/status"
}

# The broker as a power cut would leave it: no shutdown hook runs.
kill_broker() {
  local pid
  pid=$(java_of "$b")
  kill -9 "$pid"
  await 10 "end of process $pid" process_is_gone "$pid"
}

start_client() {
  if [ ! -d "$client_home" ]; then
    unpack "$client_home"
    cat >"$client_home/etc/org.culvert.client.cfg" <<CFG
server = 192.0.2.1
user = $user
password = $password
prefixLength = 60
keepAlive = 5
CFG
  fi
  start "$client_home" "$c" client
}

restart_client() {
  client_shell culvert:client-reconnect >/dev/null || fail "the client's shell does not answer"
}

client_json() { client_shell "culvert:client --json"; }
client_has_type() { client_json | grep -q "\"type\" *: *\"$1\""; }
connects() { client_json | sed -n 's/.*"connects" *: *\([0-9]*\).*/\1/p'; }
client_came_by_tcp() { client_json | grep '"broker"' | grep -q TCP && client_has_type v6v4; }
broker_has_state() { broker_shell "culvert:tunnels --json" | grep -q "\"state\" *: *\"$1\""; }
delegated_prefix() {
  client_json | sed -n 's/.*"prefix" *: *"\([^"]*\)".*/\1/p' | head -1
}
inner_address() { client_json | sed -n 's/.*"address" *: *"\([^"]*\)".*/\1/p' | head -1; }

# What must never change for the user, on one line.
assignment() { echo "$(inner_address) $(delegated_prefix)"; }

same_assignment() {
  local now; now=$(assignment)
  [ -n "${now// /}" ] && [ "$now" = "$1" ] || fail "address and prefix were $1 and are now $now"
  tell "address and prefix are still $now"
}

broker_sees() {
  broker_shell "culvert:tunnels --json" | grep -q "$1" \
    || fail "the broker's tunnel does not lead to $1"
  tell "the broker's tunnel leads to $1"
}

show_tunnel() {
  tell "the client's shell: culvert:client"
  client_shell culvert:client | sed 's/^/     /'
  tell "the broker's shell: culvert:tunnels"
  broker_shell culvert:tunnels | sed 's/^/     /'
}

# On failure the ends' own words are shown, since the directories go.
stop_all() {
  if [ "${status:-0}" != 0 ]; then
    for home in "$broker_home" "$client_home"; do
      [ -d "$home" ] || continue
      printf '\n-- last lines of %s\n' "$(basename "$home")"
      tail -n 60 "$home"/data/log/*.log 2>/dev/null || tail -n 60 "$home/console.log" || true
    done >&2
  fi
  drop_network
  [ -n "${KEEP_LAB:-}" ] || rm -rf "$work"
}
