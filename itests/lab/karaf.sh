# The two ends of the lab: unpacked assemblies, started in their namespaces. Sourced by lab.sh.

work=$(mktemp -d /tmp/culvert-lab.XXXXXX)
broker_home=$work/broker
client_home=$work/client
neighbour_home=$work/neighbour
second_home=$work/second
declare -A lives=([$broker_home]=$b [$client_home]=$c [$neighbour_home]=$d [$second_home]=$s)
user=alice
neighbour=bob
intruder=mallory
newcomer=carol

# Lines of the broker's configuration that stay: without any it makes a private prefix up.
pools=()
broker_settings=()
client_settings=()
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

# What a daemon is started by, if not by itself.
launcher=()

# start HOME NAMESPACE ROLE: runs the daemon; its output goes to HOME/console.log.
start() {
  in_ns "$2" "${launcher[@]}" "$1/bin/culvert" "$3" >>"$1/console.log" 2>&1 </dev/null &
}

# shell NAMESPACE COMMAND: one command in the Karaf shell.
shell() {
  in_ns "$1" timeout 90 ssh -q -p 8101 -i "$work/key" -o BatchMode=yes \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null admin@127.0.0.1 "$2" \
    </dev/null 2>/dev/null
}

broker_shell() { shell "$b" "$1"; }
client_shell() { shell "$c" "$1"; }

start_broker() {
  if [ ! -d "$broker_home" ]; then
    prepare_broker "$broker_home"
  fi
  local begin; begin=$(date +%s%N)
  start "$broker_home" "$b" broker
  await 60 "broker listening on port 3653" port_is_open
  local took=$((($(date +%s%N) - begin) / 1000000))
  tell "$took ms from start to open port; $(resident "$b") MB resident"
}

prepare_broker() { # HOME
  local name
  unpack "$1"
  for name in "$user" "$neighbour" "$intruder" "$newcomer"; do
    printf '%s = digest %s\n' "$name" "$password"
  done >"$1/etc/culvert-users.properties"
  configure_broker "$1"
}

# configure_broker HOME [LINE]...: what a broker is told.
configure_broker() {
  configure "$1" org.culvert.broker "${broker_settings[@]}" "${pools[@]}" "${@:2}"
}

# configure HOME PID LINE...: writes a configuration in one step; if the daemon runs, waits until it
# was told, which it is known by from a number. A PID with a hyphen is one of several of its kind.
configure() {
  local file=$1/etc/$2.cfg
  configured=$((configured + 1))
  printf '%s\n' "${@:3}" ".lab = $configured" >"$work/cfg"
  mv "$work/cfg" "$file"
  [ -z "$(java_of "${lives[$1]}")" ] \
    || await_quietly 20 "configuration $2" was_told "${lives[$1]}" "$2" $configured
}

configured=0
was_told() { shell "$1" "config:list '(service.pid=${2/-/~})'" | grep -q "lab = $3\$"; }

# unconfigure HOME PID: takes a configuration away, and waits until the daemon knows.
unconfigure() {
  rm "$1/etc/$2.cfg"
  await_quietly 20 "end of configuration $2" was_told_nothing "${lives[$1]}" "$2"
}

was_told_nothing() {
  local told
  told=$(shell "$1" "config:list '(service.pid=${2/-/~})'") && ! grep -q 'lab = ' <<<"$told"
}

port_is_open() { in_ns "$b" bash -c "exec 3<>/dev/tcp/$broker4/3653"; }

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
kill_broker() { kill_java "$b"; }

kill_java() { # NAMESPACE
  local pid
  pid=$(java_of "$1")
  kill -9 "$pid"
  await 10 "end of process $pid" process_is_gone "$pid"
}

start_client() {
  unpack "$client_home"
  configure_client "$client_home" "$user"
  start "$client_home" "$c" client
}

start_neighbour() {
  unpack "$neighbour_home"
  configure_client "$neighbour_home" "$neighbour"
  start "$neighbour_home" "$d" client
}

# configure_client HOME USER [LINE]...: what a client is told; one that runs takes it over at once, and
# asks anew also where it is told what it was told before.
configure_client() {
  configure_client_alone "$1" "server = $broker4" "user = $2" "password = $password" \
    "prefixLength = 60" "${@:3}"
}

configure_client_alone() {
  local ns=${lives[$1]} before= told=
  if [ -n "$(java_of "$ns")" ]; then
    before=$(client_of "$ns")
    told=$(told_to_client "$1")
  fi
  configure "$1" org.culvert.client "${client_settings[@]}" "${@:2}"
  [ -n "$(java_of "$ns")" ] || return 0
  if [ "$told" = "$(told_to_client "$1")" ]; then
    ask_anew "$ns"
  else
    await_quietly 30 "client that goes by it" client_is_another "$ns" "$before"
  fi
}

# told_to_client HOME: its configuration but for the lab's number; nothing if it has none.
told_to_client() { sed '/^\.lab = /d' "$1/etc/org.culvert.client.cfg" 2>/dev/null || true; }

# client_of NAMESPACE: the number of the client that runs there. After each change of its configuration
# that means something new it is another one, and the tunnel of the former is down.
client_of() { shell "$1" "service:list org.culvert.api.client.TunnelClient" | sed -n 's/.*service.id = //p'; }
client_is_another() { local now; now=$(client_of "$1"); [ -n "$now" ] && [ "$now" != "$2" ]; }

# restart_client: the client gives its tunnel up and asks for another.
restart_client() { ask_anew "$c"; }

ask_anew() { # NAMESPACE
  local before; before=$(connects "$1")
  shell "$1" culvert:client-reconnect >/dev/null || fail "the client's shell does not answer"
  await_quietly 30 "client that begins anew" client_began_anew "$1" "$before"
}

client_began_anew() { ! client_is_connected "$1" || [ "$(connects "$1")" != "$2" ]; }

second_shell() { shell "$s" "$1"; }
neighbour_shell() { shell "$d" "$1"; }
# What the client says of itself, that of NAMESPACE if one is given.
client_json() { shell "${1:-$c}" "culvert:client --json"; }
client_has_type() { client_json | grep -q "\"type\" *: *\"$1\""; }
connects() { client_json "$@" | sed -n 's/.*"connects" *: *\([0-9]*\).*/\1/p'; }
client_came_by() { client_json | grep '"broker"' | grep -q "over $1," && client_has_type "$2"; }
broker_has_state() { broker_shell "culvert:tunnels --json" | grep -q "\"state\" *: *\"$1\""; }
delegated_prefix() { client_was_given prefix; }
inner_address() { client_was_given address; }

# client_was_given KEY: what the client says of its tunnel, which answers a moment before it says so.
client_was_given() {
  await_quietly 30 "connected client" client_is_connected
  client_json | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -1
}
client_is_connected() { client_json "$@" | grep -q '"phase" *: *"connected"'; }

# What must never change for the user, on one line.
assignment() { echo "$(inner_address) $(delegated_prefix)"; }

same_assignment() {
  local now; now=$(assignment)
  [ -n "${now// /}" ] && [ "$now" = "$1" ] || fail "address and prefix were $1 and are now $now"
  tell "address and prefix are still $now"
}

# broker_tunnel USER KEY...: these values of the user's tunnel at the broker, on one line.
broker_tunnel() { broker_shell "culvert:tunnels --json" | tunnel_of "$@"; }

tunnel_of() { # USER KEY..., out of a broker's JSON
  awk -F'"' -v user="$1" -v keys="${*:2}" '
    /^ *{$/ { split("", row) }
    NF >= 5 { row[$2] = $4 }
    /^ *},?$/ && row["user"] == user {
      count = split(keys, key, " ")
      for (i = 1; i <= count; i++) printf "%s%s", row[key[i]], i < count ? " " : "\n"
    }'
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
    for home in "$broker_home" "$client_home" "$neighbour_home" "$second_home"; do
      [ -d "$home" ] || continue
      printf '\n-- last lines of %s\n' "$(basename "$home")"
      tail -n 60 "$home"/data/log/*.log 2>/dev/null || tail -n 60 "$home/console.log" || true
    done >&2
  fi
  drop_network
  drop_machine
  [ -n "${KEEP_LAB:-}" ] || rm -rf "$work"
}
