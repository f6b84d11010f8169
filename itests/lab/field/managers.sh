# Programs that think that every device is theirs: systemd-networkd and NetworkManager, as Debian has
# them, run at the client. They take addresses and routes from the tunnel's device, set it down, and
# remove it.

field+=(networkmanager)
field_long+=(networkd)

tell_networkd() {
  say "systemd-networkd at the client manages every device, and the tunnel's among them"
  need_programs /lib/systemd/systemd-networkd:systemd dbus-daemon:dbus
  local before; before=$(assignment)
  mkdir -p "$work/managed/systemd/network"
  printf '%s\n' '[Match]' 'Name=eth0' '[Network]' 'Address=10.9.0.2/24' 'Gateway=10.9.0.1' \
    >"$work/managed/systemd/network/10-uplink.network"
  printf '%s\n' '[Match]' 'Name=*' '[Network]' 'DHCP=yes' \
    >"$work/managed/systemd/network/20-all.network"
  manage /lib/systemd/systemd-networkd
  await 20 "word of networkd that it has the tunnel's device" \
    managed networkctl --no-legend list "$(client_device)"
  heals "networkctl reconfigure $(client_device)"
  heals "networkctl down $(client_device)"
  manage_no_more
  same_assignment "$before"
}

tell_networkmanager() {
  say "NetworkManager at the client is told to disconnect the tunnel's device, and to delete it"
  need_programs NetworkManager:network-manager dbus-daemon:dbus
  local before; before=$(assignment)
  mkdir -p "$work/managed/NetworkManager/conf.d"
  printf '%s\n' '[main]' 'plugins=keyfile' '[keyfile]' 'unmanaged-devices=interface-name:eth0' \
    >"$work/managed/NetworkManager/conf.d/lab.conf"
  manage /usr/sbin/NetworkManager --no-daemon
  await 30 "word of NetworkManager that it knows the tunnel's device" \
    managed nmcli device show "$(client_device)"
  heals "nmcli device disconnect $(client_device)"
  heals "nmcli device delete $(client_device)"
  manage_no_more
  same_assignment "$before"
}

client_device() { client_json | sed -n 's/.*"device" *: *"\([^"]*\)".*/\1/p' | head -1; }

# manage COMMAND...: runs a network manager in the client's namespace with a bus and a /run of its
# own. With /sys read-only it does as in a container, where no udev has to say that a device is ready.
manage() {
  # Without a function between, so that the process is the manager's in the end.
  ip netns exec "$c" unshare -m sh -c '
    mount -t tmpfs tmpfs /run && mount -o remount,ro,bind /sys || exit
    mkdir -p /run/dbus /run/systemd/system /run/systemd/netif/links /run/systemd/netif/leases \
      /run/systemd/netif/lldp
    chown -R systemd-network: /run/systemd/netif 2>/dev/null
    cp -r "$0"/. /run
    dbus-daemon --system --nopidfile --fork
    exec "$@"' "$work/managed" "$@" >"$work/manager.log" 2>&1 </dev/null &
  manager=$!
}

# managed COMMAND...: where the manager and its bus are.
managed() { nsenter -t "$manager" -m -n "$@"; }

manage_no_more() {
  local pid
  for pid in $(ip netns pids "$c"); do
    case $(cat "/proc/$pid/comm" 2>/dev/null) in
      dbus-daemon | systemd-network | NetworkManager | nm-*) kill "$pid" 2>/dev/null || true ;;
    esac
  done
  wait "$manager" 2>/dev/null || true
  rm -rf "$work/managed"
  ip -n "$c" address replace 10.9.0.2/24 dev eth0
  ip -n "$c" route replace default via 10.9.0.1
  ip -n "$c" address replace 2001:db8:c::2/64 dev eth0 nodad
  ip -n "$c" route replace $broker6 via 2001:db8:c::1
  ip -n "$c" route flush table main proto dhcp 2>/dev/null || true
}

# heals COMMAND: what the manager does to the device is seen, is repaired, and the world answers.
heals() {
  local device watch; device=$(client_device)
  tell "$1"
  : >"$work/changes"
  ip -n "$c" -o monitor link address route >"$work/changes" &
  watch=$!
  sleep 0.5
  # shellcheck disable=SC2086
  managed timeout 10 $1 >>"$work/manager.log" 2>&1 || tell "it answers: $(tail -1 "$work/manager.log")"
  await 10 "the manager's act on $device" was_touched "$device"
  timed 2 "answer from the world" ping_once
  kill "$watch"
  wait "$watch" 2>/dev/null || true
}

# was_touched DEVICE: since heals began it was set down, or has lost an address, a route or itself.
was_touched() {
  grep -qE "Deleted .*\\b$1\\b|[0-9]+: $1: <.*state DOWN" "$work/changes"
}
