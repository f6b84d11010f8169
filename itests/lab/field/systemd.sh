# systemd, as Debian has it, runs the broker by the unit in the archive, which is installed word for
# word as it says. It is the first process of a machine of its own at the broker's place: namespaces in
# which it sees this machine's programs, and changes only copies of its files.

field_long+=(systemd)

tell_systemd() {
  say "systemd runs the broker by the unit in the archive: when that is started, clients can come"
  need_programs /lib/systemd/systemd:systemd
  local before unit=culvert@broker pid
  stop_daemon "$b"
  boot_machine
  # What the operator wrote before the first start stays.
  in_machine mkdir -p /etc/culvert-broker
  printf '%s = digest %s\n' "$user" "$password" | in_machine tee /etc/culvert-broker/culvert-users.properties >/dev/null
  install_as_the_unit_says
  port_is_open || fail "systemctl says that it is started, but no port is open"
  in_machine systemctl status --no-pager --lines 0 $unit | grep -E 'Active:|Status:' | sed 's/^ */     /'
  [[ "$(unit_has StatusText)" == *"clients are served on TCP"* ]] || fail "the status is '$(unit_has StatusText)'"
  [ "$(stat -c %u "/proc/$(java_of "$b")")" = "$(in_machine id -u culvert)" ] \
    || fail "it does not run as the user culvert"
  restart_client
  await 120 "a tunnel, of a broker without root's rights" ping_once
  before=$(assignment)

  say "It is killed with kill -9, and systemd starts it again"
  pid=$(unit_has MainPID)
  in_machine systemctl kill --signal KILL $unit
  await 120 "the unit active again" unit_runs_anew "$pid"
  port_is_open || fail "systemctl says that it is started, but no port is open"
  [ "$(unit_has NRestarts)" = 1 ] || fail "systemd started it again $(unit_has NRestarts) times"
  await 120 "a tunnel" ping_once
  same_assignment "$before"

  say "It is stopped: that is no failure"
  in_machine systemctl stop $unit
  [ "$(unit_has ActiveState,Result,ExecMainCode,ExecMainStatus | sort | xargs)" = "0 1 inactive success" ] \
    || fail "$(in_machine systemctl status --no-pager $unit)"
  [ -z "$(java_of "$b")" ] || fail "it still runs"
  tell "inactive, exit code 0"

  say "Its database was lost: it is not active, and its status says that no client can come"
  in_machine sh -c 'cd /var/lib/culvert-broker/culvert && mv leases.db lost && : >leases.db'
  in_machine systemctl start --no-block $unit
  await 90 "word of it in the unit's status" unit_is activating "no port is open"
  in_machine sh -c 'cd /var/lib/culvert-broker/culvert && mv lost leases.db'
  await 90 "the unit active, without an act" unit_is active "clients are served on TCP"
  await 120 "a tunnel" ping_once
  same_assignment "$before"

  say "A client that nobody told its broker: systemctl says that it failed, and the journal why"
  ! in_machine systemctl start culvert@client 2>/dev/null || fail "it started"
  in_machine journalctl --no-pager --output cat -u culvert@client \
    | grep -m 1 'the client needs /etc/culvert-client/org.culvert.client.cfg' | cut -c1-120 | sed 's/^/     /'
  drop_machine
  start_broker_by env
  restart_client
  await 120 "a tunnel" ping_once
}

# Where this machine has control groups of version 2, whole or beside the old ones.
control_groups() {
  if [ -e /sys/fs/cgroup/cgroup.procs ]; then echo /sys/fs/cgroup; else echo /sys/fs/cgroup/unified; fi
}

machine=
boot_machine() {
  mkdir "$(control_groups)/$lab" || fail "there are no control groups of version 2"
  machine_script >"$work/machine.sh"
  # The groups that it sees begin where it stands when it is born.
  sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$(control_groups)/$lab" \
    ip netns exec "$b" unshare -C -m -p -i -u --fork bash "$work/machine.sh" "$work/machine" "$assembly" \
    >"$work/machine.log" 2>&1 </dev/null &
  disown
  await 60 "systemd as the first process of a machine" machine_is_up
}

machine_is_up() {
  local pid
  for pid in $(ip netns pids "$b"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != systemd ] || machine=$pid
  done
  [ -n "$machine" ] && in_machine systemctl is-active sysinit.target
}

# All file systems are its own or read-only; it may change the network, as root of a machine can.
machine_script() {
  cat <<'MACHINE'
set -e
mount --make-rprivate /
mkdir -p "$1"
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root" "$1/net"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount --bind proc/sys/net "$1/net"
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount --bind "$1/net" proc/sys/net
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/net dev/shm dev/pts
mknod -m 666 dev/net/tun c 10 200
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
# Not into tmp, which is emptied at the start.
cp "$2" root
# What would touch the hardware or the kernel of this machine, or fetch packages.
mkdir -p etc/systemd/system
for unit in timers.target systemd-modules-load.service systemd-sysctl.service systemd-udevd.service \
  systemd-remount-fs.service dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-fs-fuse-connections.mount; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
mkdir old
pivot_root . old
umount -l /old
cd /
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=basic.target --log-target=console
MACHINE
}

in_machine() { nsenter -t "$machine" -m -p -n -i -u -C timeout 900 "$@"; }

# The steps in the unit's own words, where the archive is.
install_as_the_unit_says() {
  tar -xzOf "$assembly" --wildcards '*/systemd/culvert@.service' | sed -n 's/^#   //p' >"$work/steps"
  sed 's/^/     /' "$work/steps"
  in_machine sh -e -c "cd /root; $(cat "$work/steps")" >"$work/steps.log" 2>&1 || fail "$(cat "$work/steps.log")"
}

unit_has() { in_machine systemctl show --value --property "$1" culvert@broker; }
unit_runs_anew() { [ "$(unit_has ActiveState)" = active ] && [ "$(unit_has MainPID)" != "$1" ]; }
unit_is() { [ "$(unit_has ActiveState)" = "$1" ] && [[ "$(unit_has StatusText)" == *"$2"* ]]; }

# All of its processes are in its control groups, which can go when they have ended.
drop_machine() {
  local groups; groups=$(control_groups)/$lab
  machine=
  [ -d "$groups" ] || return 0
  find "$groups" -name cgroup.procs -exec cat {} + | xargs -r kill -9 2>/dev/null || true
  await_quietly 20 "end of the machine" groups_are_gone "$groups"
}

groups_are_gone() {
  find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
  [ ! -d "$1" ]
}
