# Disks that are full, and files that are lost: what the broker's operator reads, and that all goes on
# by itself once the cause is gone. Parts of the story told by lab.sh field.

field+=(storage_lost storage_users)
field_long+=(storage_full)

# The small disk is the broker's alone: it is mounted where no other process sees it, and goes with it.
small_disk() { echo "/proc/$(java_of "$b")/root$work/small"; }
broker_logs() { cat "$broker_home"/data/log/*.log | grep -F "$1"; }
broker_logged() { [ "$(broker_logs "$1" | wc -l)" = "$2" ]; }
# A disk as small as that is short of room also when all is stored, and that is told, too.
leases_are_stored() {
  local said; said=$(broker_shell culvert:verify-leases)
  [ -n "$said" ] && ! grep -q 'tunnels stand meanwhile' <<<"$said"
}

on_small_disk() {
  mkdir -p "$work/small"
  stop_daemon "$b"
  configure "$broker_home" org.culvert.lease.jdbc "url = jdbc:sqlite:$work/small/leases.db"
  start_broker_by unshare --mount --propagation private sh -c \
    "mount -t tmpfs -o size=1m tmpfs $work/small && exec \"\$@\"" small-disk
  await 90 "a tunnel" ping_once
}

off_small_disk() {
  unconfigure "$broker_home" org.culvert.lease.jdbc
  stop_daemon "$b"
  start_broker_by env
  await 90 "a tunnel" ping_once
}

tell_storage_full() {
  say "The disk of the lease database is full: the tunnel stands, what is new is refused"
  need_programs sqlite3:sqlite3
  on_small_disk
  local told="Leases cannot be stored: $work/small/leases.db: the disk is full; make room on the disk of $work/small"
  local before
  before=$(assignment)
  fill_small_disk
  broker_has_state up || fail "the tunnel does not stand"
  restart_client
  await 90 "refusal at the client, by 310" client_was_refused
  restart_client
  restart_client
  broker_logged "$told" 1 || fail "it is not told once, but for each request"
  tell "$(broker_logs "$told" | cut -c1-300)"

  say "There is room again: the client has its tunnel, the same one, and nobody restarted anything"
  rm "$(small_disk)/ballast"
  await 60 "word of it in the broker's log" broker_logged "Leases are stored again" 1
  broker_logged "$told" 1 || fail "it is not told once, but for each request"
  await 120 "a tunnel" ping_once
  await 30 "the same addresses" same_as "$before"
  await 30 "leases as they are stored" leases_are_stored
  off_small_disk
}

# Full for good. The database makes room for itself by emptying its log, so that has to be empty when
# the last octet is taken; what the broker stores meanwhile makes another turn necessary.
fill_small_disk() {
  local small; small=$(small_disk)
  until small_disk_is_full; do
    nsenter -t "$(java_of "$b")" -m sqlite3 "$work/small/leases.db" \
      'PRAGMA busy_timeout = 10000; PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    dd if=/dev/zero of="$small/ballast" bs=4096 oflag=append conv=notrunc 2>/dev/null || true
  done
}

small_disk_is_full() {
  local small; small=$(small_disk)
  [ "$(stat -c %s "$small/leases.db-wal")" = 0 ] && [ "$(stat -f -c %a "$small")" = 0 ]
}

client_was_refused() { client_shell culvert:client | grep -q '310 Server side error'; }

same_as() { [ "$(assignment)" = "$1" ]; }

tell_storage_lost() {
  say "A power cut leaves the lease database empty: it is told and not overwritten"
  local file=$broker_home/data/culvert/leases.db before
  before=$(assignment)
  stop_daemon "$b"
  [ -s "$file.backup" ] || fail "there is no copy of $file"
  cp -p "$file" "$work/leases.db"
  : >"$file"
  start "$broker_home" "$b" broker
  await 90 "word of it in the broker's log" broker_logged "leases.db is empty, but leases were kept in it" 1
  ! port_is_open 2>/dev/null || fail "the broker serves without its leases"
  tell "$(broker_logs "is empty, but leases were kept" | cut -c1-400)"

  say "The operator puts it back, and restarts nothing"
  cp -p "$work/leases.db" "$file"
  await 60 "broker listening on port 3653" port_is_open
  await 120 "a tunnel" ping_once
  await 30 "the same addresses" same_as "$before"
}

tell_storage_users() {
  say "A power cut leaves the users' file empty: nobody is locked out, and the log says what to do"
  local file=$broker_home/etc/culvert-users.properties
  stop_daemon "$b"
  : >"$file"
  start_broker_by env
  restart_client
  await 120 "a tunnel" ping_once
  broker_logged "culvert-users.properties is empty: its" 1 || fail "nothing is told, or too much"
  tell "$(broker_logs "is empty: its" | cut -c1-400)"
  cp -p "$file.last-good" "$file"
  restart_client
  await 120 "a tunnel" ping_once
}
