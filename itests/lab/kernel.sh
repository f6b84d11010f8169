#!/usr/bin/env bash
# Tells the story of tunnels that the kernel carries, beside those that Culvert carries itself:
#
#   host ------------------------ vm
#   192.0.2.2                     192.0.2.1         2001:db8:ffff::2 (a host behind the vm)
#   2001:db8:f::2                 2001:db8:f::1
#
# The host is a network namespace on this kernel, which has no tunnel driver or need not have one; the
# vm is a virtual machine with a kernel that has them. First the vm knows nothing of Culvert and is
# an old client with the kernel's own tunnels, then it is a broker whose tunnels the kernel carries.
# The script prints what it does, fails at the first thing that is not as promised, and leaves
# nothing behind but unpacked packages in /var/tmp/culvert-vm.
#
# Parts can be told alone, too, in any order; only by_hand must come first.
#
# Usage: kernel.sh [PART]...     (as root; default: all)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=itests/lab/network.sh
. "$here/network.sh"
# shellcheck source=itests/lab/karaf.sh
. "$here/karaf.sh"
# shellcheck source=itests/lab/kernel-vm.sh
. "$here/kernel-vm.sh"
# shellcheck source=itests/lab/kernel-dates.sh
. "$here/kernel-dates.sh"
# shellcheck source=itests/lab/kernel-forger.sh
. "$here/kernel-forger.sh"
# shellcheck source=itests/lab/kernel-foreign.sh
. "$here/kernel-foreign.sh"

parts=(by_hand kernel dates forger crash foreign kernel_v4v6 tests)

h=$lab-host
host=192.0.2.2 vm=192.0.2.1
host6=2001:db8:f::2 vm6=2001:db8:f::1
behind=2001:db8:ffff::2
behind4=198.51.100.1
hand_home=$work/by-hand
# Under software emulation, and with other work on this machine, all takes its time.
patience=400
# More files than the machine grants by itself, as a unit of systemd would say.
start_in_vm='cd /culvert && ulimit -n 12000 && (EXTRA_JAVA_OPTS=-XX:TieredStopAtLevel=1 bin/culvert broker >>console.log 2>&1 </dev/null &)'

build_host() {
  ip netns add "$h"
  ip -n "$h" link set lo up
  ip -n "$h" tuntap add vm0 mode tap
  ip -n "$h" link set vm0 up
  ip -n "$h" address add $host/24 dev vm0
  ip -n "$h" address add $host6/64 dev vm0 nodad
}

# The vm's broker begins early, since its Java is slow, and it disturbs nobody before it is asked.
boot() {
  say "Booting a machine whose kernel has tunnel drivers"
  build_vm
  unpack "$root/culvert"
  printf '%s = %s\n' "$user" "$password" >"$root/culvert/etc/culvert-users.properties"
  broker_cfg 2 >"$root/culvert/etc/org.culvert.broker.cfg"
  tests=; ! pack_tests || tests=packed
  vm_script >"$root/bin/tsp"
  chmod 755 "$root/bin/tsp"
  warm_up
  sed -i "s/^sshHost.*/sshHost=$vm/" "$root/culvert/etc/org.apache.karaf.shell.cfg"
  start_vm "$h" vm0
  vm "ip address add $vm/24 dev eth0; ip address add $vm6/64 dev eth0 nodad; ip link set eth0 up"
  vm "ip address add $behind/128 dev lo; ip address add $behind4/32 dev lo"
  await 20 "ping to the machine" in_ns "$h" ping -n -c 1 -W 1 $vm
  vm "$start_in_vm"
}

# Java is slow in the machine. What an installation works out at its first start it works out here,
# under the same path, and the machine gets it as it is then.
warm_up() {
  local pid
  in_ns "$h" sh -c "mount --bind '$root' '$root' && mount -t proc proc '$root/proc' && mount --rbind /dev '$root/dev' \
    && exec chroot '$root' /bin/sh -c 'export PATH=/sbin:/bin:/jvm/bin JAVA_HOME=/jvm; cd /culvert; exec bin/culvert broker'" \
    >"$work/warm.log" 2>&1 </dev/null &
  await $patience "broker that starts for the first time, outside" offers $host V6V4
  # Its first visitor waits until its shell has made itself a key.
  await $patience "shell of it" shell "$h" culvert:pools
  pid=$(java_of "$h")
  kill "$pid"
  await 60 "end of it" process_is_gone "$pid"
  rm -rf "$root"/culvert/data/log "$root"/culvert/data/port "$root"/culvert/lock
  # Or the broker in the machine would know when this one ran, and doubt the date for ten minutes.
  rm -f "$root"/culvert/data/culvert/leases.db*
}

broker_cfg() { # NUMBER: prefixes of its own
  cat <<CFG
endpointPool = 2001:db8:1$1::/64
anonymousPool = 2001:db8:2$1::/64
delegationPools = 2001:db8:8${1}00::/40
ipv4Pool = 10.1$1.0.0/24
anonymousIpv4Pool = 10.2$1.0.0/24
CFG
}

# A client of the shortest kind: it says what it must, each line when the one before was answered, and
# prints what it was told.
vm_script() {
  cat <<'TSP'
#!/bin/sh
# Usage: tsp BROKER TYPE FAMILY ADDRESS
frame() { printf 'Content-length: %d\r\n%s' ${#1} "$1"; }
heard() {
  local left=60
  until grep -q "$1" /tmp/heard || [ $left = 0 ]; do left=$((left - 1)); sleep 1; done
}
: >/tmp/heard
{
  printf 'VERSION=2.0.0\r\n'; heard CAPABILITY
  printf 'AUTHENTICATE ANONYMOUS\r\n'; heard '^200 '
  frame "<tunnel action=\"create\" type=\"$2\"><client><address type=\"$3\">$4</address></client></tunnel>"; heard '</tunnel>'
  frame '<tunnel action="accept"></tunnel>'; sleep 1
} | nc "$1" 3653 >>/tmp/heard
tr -d '\r' </tmp/heard | tr '<' '\n<'
TSP
}

# told FAMILY SIDE: the inner address of a side in the answer that tsp printed.
told() {
  awk -v side="$2" -v family="$1" '
    /^(client|server)>/ { now = substr($0, 1, 6) }
    /^dns_server>/ { now = "" }
    now == side && $0 ~ "^address" && $0 ~ "type=\"" family "\"" { sub(/.*>/, ""); last = $0 }
    END { print last }' "$work/told"
}

# demands: R-4.5.1-1 R-2-3 R-2-4 R-7-1
tell_by_hand() {
  say "The vm is an old client: TSP by hand, the kernel's own sit; Culvert carries the other end itself"
  unpack "$hand_home"
  broker_cfg 1 >"$hand_home/etc/org.culvert.broker.cfg"
  start "$hand_home" "$h" broker
  await $patience "broker on the host that offers v6v4" offers $host V6V4
  by_hand v6v4 $host ipv4 $vm ipv6 "sit mode ip6ip local $vm remote $host"
  say "The same with the kernel's ip6tnl: IPv4 in IPv6"
  by_hand v4v6 $host6 ipv6 $vm6 ipv4 "ip6tnl mode ipip6 local $vm6 remote $host6 encaplimit none"
  kill_java "$h"
}

# by_hand TYPE BROKER OUTER ADDRESS INNER DEVICE
by_hand() {
  vm "tsp $2 $1 $3 $4" $patience >"$work/told"
  grep -q '^200 ' "$work/told" || fail "the broker said: $(cat "$work/told")"
  local mine theirs; mine=$(told "$5" client) theirs=$(told "$5" server)
  [ -n "$mine" ] && [ -n "$theirs" ] || fail "no inner addresses in: $(cat "$work/told")"
  tell "the broker gives $mine, and has $theirs"
  vm "ip link add byhand type $6 ttl 64 && ip link set byhand up" || fail "no tunnel device"
  vm "ip address add $mine dev byhand; ip route add $theirs dev byhand src $mine 2>/dev/null || ip -6 route add $theirs dev byhand"
  await 30 "ping from the vm through the tunnel" vm "ping -c 1 -W 2 $theirs"
  in_ns "$h" ping -n -c 3 -i 0.3 -W 2 -I "$theirs" "$mine" | sed -n 's/^/     /; /bytes from\|loss/p' \
    || fail "no answer from $mine"
  tell "the host's shell: culvert:tunnel"
  detail host_shell "$1" | sed 's/^/     /'
  is_carried_by host_shell "$1" userspace || fail "the host's tunnel is not carried in userspace"
  vm "ip link delete byhand"
}

# demands: R-4.5.1-1 R-2-16
tell_kernel() {
  say "The vm is the broker, and its kernel carries IPv6 in IPv4"
  kernel_tunnel v6v4
  vm_carries v6v4 sit
  inner=$(inner_address)
  await $patience "MTU of 1480 on the vm's tunnel device, found by probes" vm_device_has v6v4 1480
  await 30 "ping from the host to what is behind the vm" in_ns "$h" ping -6 -n -c 1 -W 2 $behind
  vm "ping -c 3 -W 2 $inner" | sed -n 's/^/     /; /bytes from\|loss/p'
  tell "what the kernel has: ip -d link, nft list table"
  vm "ip -d link show type sit | grep -A3 '@NONE: <POINTOPOINT'" | sed 's/^/     /'
  vm "nft list table inet culvert_culvert0" | sed -n 's/^\t/     /; /chain in\/cv/,/^     }/p'
}

# Tests of single promises that need a kernel with drivers; the build skips them where there is none.
pack_tests() {
  local repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository} junit jar
  junit=$(sed -n 's:.*<junit.version>5\.\(.*\)</junit.version>.*:\1:p' "$project/pom.xml")
  mkdir -p "$root/tests/jars"
  for jar in junit/jupiter/junit-jupiter-{api,params,engine}/5.$junit \
    junit/platform/junit-platform-{commons,engine,launcher}/1.$junit \
    opentest4j/opentest4j apiguardian/apiguardian-api assertj/assertj-core; do
    jar=$(find "$repository/org/$jar" -name '*.jar' 2>/dev/null | sort -V | tail -1)
    [ -n "$jar" ] || return 1
    cp "$jar" "$root/tests/jars"
  done
  for jar in api testkit netdev/linux; do
    [ -d "$project/bundles/$jar/target/classes" ] || return 1
    cp -r "$project/bundles/$jar/target/classes/." "$root/tests"
  done
  [ -d "$project/bundles/netdev/linux/target/test-classes" ] || return 1
  cp -r "$project/bundles/netdev/linux/target/test-classes/." "$root/tests"
  cp "$root"/culvert/system/net/java/dev/jna/jna/*/jna-*.jar "$root/tests/jars"
  javac -cp "$root/tests/jars/*" -d "$root/tests" "$here/KernelTests.java"
}

tell_tests() {
  say "Each promise about the kernel's devices and filters for itself"
  if [ -z "$tests" ]; then
    tell "left out: the tests are not compiled yet (mvn package), or JUnit is not in the local repository"
    return
  fi
  local package=org.culvert.netdev.linux
  local run="java -XX:TieredStopAtLevel=1 -cp '/tests:/tests/jars/*' KernelTests"
  vm "cd /tests && $run $package.LinuxTunnelDevicesTest $package.TunnelFilterTest $package.ReportRulesTest" $patience | sed 's/^/     /' \
    || fail "a test failed in the vm"
}

tell_crash() {
  say "The vm's broker is killed with kill -9 and started again; its kernel goes on"
  kernel_tunnel v6v4
  local device index
  device=$(vm "ip -o link show type sit" | sed -n 's/^[0-9]*: \(cv[^@:]*\).*/\1/p')
  index=$(vm "cat /sys/class/net/$device/ifindex")
  # One that a tunnel of an earlier run would have left, and one that is somebody else's.
  vm "ip link add cvgone type sit mode ip6ip local $vm remote 192.0.2.8"
  vm "ip link set cvgone alias 'culvert culvert0 tunnel gone'; ip link set cvgone up"
  vm "ip link add theirs type sit mode ip6ip local $vm remote 192.0.2.9; ip link set theirs up"
  ip netns exec "$h" ping -6 -n -i 0.2 -W 2 $behind >"$work/steady" 2>&1 &
  local steady=$!
  vm "kill -9 \$(pidof java); while pidof java >/dev/null; do sleep 1; done"
  vm "$start_in_vm"
  await $patience "broker that offers v6v4 again" offers $vm V6V4
  await $patience "the tunnel up again, carried by the kernel" is_carried_by vm_shell v6v4 kernel
  await 60 "the end of a tunnel device that nobody wants" vm "! ip link show cvgone"
  kill -INT "$steady"
  wait "$steady" || true
  grep -q ' 0% packet loss' "$work/steady" || fail "packets were lost: $(grep loss "$work/steady")"
  tell "over the crash and the restart: $(grep loss "$work/steady" | sed 's/, time.*//')"
  [ "$(vm "cat /sys/class/net/$device/ifindex")" = "$index" ] || fail "the device was made anew"
  vm "ip link show theirs >/dev/null" || fail "another's device was removed"
  tell "device $device is the same, and what others made is there"
  vm "ip -o link show sit0" | grep -q 'state DOWN' || fail "sit0, which takes anything, is up"
}

# demands: R-2-4 R-2.2-1 D-2.2-1
tell_kernel_v4v6() {
  say "The vm's kernel carries IPv4 in IPv6"
  kernel_tunnel v4v6
  vm_carries v4v6 ip6tnl
  await 30 "ping from the host to what is behind the vm" in_ns "$h" ping -n -c 1 -W 2 $behind4
  vm "ping -c 3 -W 2 $(inner_address)" | sed -n 's/^/     /; /bytes from\|loss/p'
  tell_forged_reports v4v6
}

# kernel_tunnel TYPE: the client has such a tunnel of the vm's broker, and begins anew if it has another.
kernel_tunnel() {
  local at=$vm server=$vm
  if [ "$1" = v4v6 ]; then at=$vm6 server="[$vm6]"; fi
  await $patience "broker in the vm that offers $1" offers $at "${1^^}"
  ! client_is "$1" || return 0
  [ -z "$(java_of "$h")" ] || kill_java "$h"
  client_of "$server" "$1"
  client_asks
  await $patience "tunnel at the client" client_gets "$1"
  await 60 "ping from the host to what is behind the vm" pings "$1"
}

pings() { # TYPE
  if [ "$1" = v6v4 ]; then in_ns "$h" ping -6 -n -c 1 -W 2 $behind; else in_ns "$h" ping -n -c 1 -W 2 $behind4; fi
}

client_of() { # SERVER TYPE
  [ -d "$client_home" ] || unpack "$client_home"
  cat >"$client_home/etc/org.culvert.client.cfg" <<CFG
server = $1
user = $user
password = $password
tunnelType = $2
keepAlive = 5
CFG
}

vm_shell() {
  in_ns "$h" timeout 60 ssh -q -p 8101 -i "$work/key" -o BatchMode=yes \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "admin@$vm" "$1" </dev/null 2>/dev/null
}

client_asks() {
  start "$client_home" "$h" client
  asked=$SECONDS
}

# client_gets TYPE: whether it has such a tunnel; once in a while its user asks again, since a broker
# that is still starting refuses what a moment later it grants.
client_gets() {
  client_is "$1" && return 0
  if [ $((SECONDS - asked)) -gt 40 ]; then
    asked=$SECONDS
    shell "$h" culvert:client-reconnect
  fi
  return 1
}

client_is() { shell "$h" "culvert:client --json" | grep -q "\"type\" *: *\"$1\""; }
client_json() { shell "$h" "culvert:client --json"; }
# offers BROKER TYPE: whether its capability line names the type, and a mechanism for anybody.
offers() {
  in_ns "$h" timeout 10 bash -c "exec 3<>/dev/tcp/$1/3653; printf 'VERSION=2.0.0\r\n' >&3
    read -r line <&3; [[ \$line == *TUNNEL=*$2*ANONYMOUS* ]]"
}

host_shell() { shell "$h" "$1"; }

# detail SHELL TYPE [OPTION]: all about the one tunnel of the type that is up there.
detail() {
  local id
  id=$("$1" "culvert:tunnels --json" | tr -d ' \n' | sed 's/},{/},\n{/g' | grep '"state":"up' \
    | grep "\"type\":\"$2\"" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -1)
  [ -n "$id" ] && "$1" "culvert:tunnel ${3:-} $id"
}

is_carried_by() { detail "$1" "$2" --json | grep -q "\"datapath\" *: *\"$3\""; }

vm_carries() { # TYPE KIND
  await 60 "the vm's tunnel of type $1 carried by the kernel" is_carried_by vm_shell "$1" kernel
  tell "the vm's shell: culvert:tunnel"
  detail vm_shell "$1" | sed 's/^/     /'
  vm "ip -o link show type $2 | grep -q ' cv'" || fail "the vm's kernel has no $2 device of Culvert's"
}

kill_java() { # NAMESPACE
  local pid; pid=$(java_of "$1")
  kill "$pid"
  await 60 "end of process $pid" process_is_gone "$pid"
}

# On failure the ends' own words are shown, since the directories go.
stop_all() {
  if [ "${status:-0}" != 0 ]; then
    for home in "${root:-$work}/culvert" "$hand_home" "$client_home"; do
      [ -d "$home/data/log" ] || continue
      printf '\n-- last lines of %s\n' "$home"
      grep 'WARN\|ERROR\|culvert' "$home/data/log/karaf.log" | grep -v 'FeaturesService' | tail -n 40
    done >&2
    if [ -n "${vm_pid:-}" ]; then
      printf '\n-- last lines of the vm\n' >&2
      (vm "grep 'WARN\|ERROR\|Caused\|culvert' /culvert/data/log/karaf.log | tail -n 40; ip address" 10 || true) >&2
    fi
  fi
  stop_vm
  ip netns pids "$h" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
  ip netns delete "$h" 2>/dev/null || true
  [ -n "${KEEP_LAB:-}" ] || rm -rf "$work"
}

main() {
  [ $# -gt 0 ] || set -- "${parts[@]}"
  local part
  for part in "$@"; do
    [[ " ${parts[*]} " == *" $part "* ]] || fail "there is no part '$part'; choose among: ${parts[*]}"
  done
  need_root
  need_packages
  need_vm_packages
  need_assembly
  trap 'status=$?; stop_all; exit $status' EXIT
  trap 'exit 130' INT TERM
  build_host
  boot
  for part in "$@"; do
    local begin=$SECONDS
    "tell_$part"
    tell "($part: $((SECONDS - begin)) s)"
  done
  say "All of it was seen to work."
}

main "$@"
