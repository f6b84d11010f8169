# What a forger sends to tunnels that the kernel carries: packets with another's source, and reports of
# losses that nobody had. Parts of the story told by kernel.sh.

# Rewrites the inner source of what the client sends, as a forger would: 2001:db8:12::… becomes
# 2001:db9:11::…. What one part of the address loses another gains, so that checksums stay right.
# demands: R-8-3
# threats: T1
# promises: P4
tell_forger() {
  say "A packet that claims another inner source does not come out of the vm's tunnel"
  kernel_tunnel v6v4
  local before after
  before=$(vm "grep Icmp6InEchos /proc/net/snmp6" | awk '{print $2}')
  in_ns "$h" ping -6 -n -c 2 -i 0.3 -W 2 $behind >/dev/null || fail "no answer before"
  after=$(vm "grep Icmp6InEchos /proc/net/snmp6" | awk '{print $2}')
  [ $((after - before)) -ge 2 ] || fail "the vm counts its echo requests elsewhere"
  in_ns "$h" nft -f - <<RULES
table ip forger {
  chain outgoing {
    type filter hook output priority 0
    ip protocol 41 @th,80,16 set 0xdb9 @th,96,16 set 0x11 counter
  }
}
RULES
  before=$after
  in_ns "$h" ping -6 -n -c 5 -i 0.3 -W 1 $behind >/dev/null && fail "a forged packet was answered"
  in_ns "$h" nft delete table ip forger
  after=$(vm "grep Icmp6InEchos /proc/net/snmp6" | awk '{print $2}')
  [ "$after" = "$before" ] || fail "forged packets came out of the tunnel"
  vm "nft list counters table inet culvert_culvert0" | grep -A1 in-source | tr -d '\n\t' | sed 's/^/     /; s/$/\n/'
  await 90 "five drops, at least, for their inner source in the vm's shell" vm_tells_of_drops
  in_ns "$h" ping -6 -n -c 2 -i 0.3 -W 2 $behind >/dev/null || fail "no answer afterwards"
  tell "what was forged was dropped and counted, none came out; the tunnel goes on"
  tell_forged_reports v6v4
}

# Of each kind twenty that quote all of a packet's beginning and twenty that quote little: of the first
# a kernel's driver tells a host inside, of the others whoever sends the tunnel's next packets; and by
# "too big" it lowers the MTU. The packet was never sent.
# threats: T26
tell_forged_reports() { # TYPE
  need_programs perl:perl-base
  say "A host outside reports losses of packets that never were ($1); nobody behind the vm is told"
  local before told kind inner mtu=$((1500 - $(outer_header "$1"))); inner=$(inner_address)
  await $patience "MTU of $mtu on the vm's tunnel device, found by probes" vm_device_has "$1" $mtu
  told_of_theirs "$1"
  before=$(vm_told "$1")
  case $1 in
    v6v4) for kind in 3/1 3/3 3/4 11/0 12/0; do forge "$1" "$kind" 1300 "$inner"; done ;;
    v4v6) for kind in 1/0 1/3 2/0 3/0 4/1; do forge "$1" "$kind" 1280 "$inner"; done ;;
  esac
  local payload=$((mtu - 28))
  [ "$1" = v4v6 ] || payload=$((payload - 20))
  vm "ping -c 5 -W 5 -s $payload $inner" | grep ' 0% packet loss' >/dev/null \
    || fail "packets of $mtu octets do not get through any more"
  told=$(vm_told "$1")
  [ "$told" = "$before" ] || fail "the vm told its hosts: $before times before, $told now"
  tell "of two hundred forged reports none came of anything; the vm's filter took them:"
  vm "nft list chain inet culvert_culvert0 reports" | grep 'packets [1-9]' | sed 's/^[\t ]*/     /' \
    || fail "the filter took none"
  # The kernel notes what its own tunnel carries, too.
  vm "ip route get $inner; ip route get $(vm_outer "$1")" \
    | awk -v mtu=$mtu '{ for (i = 1; i < NF; i++) if ($i == "mtu" && $(i + 1) < mtu) bad = 1 } END { exit bad }' \
    || fail "the vm's kernel believes in a smaller path"
  vm_device_has "$1" $mtu || fail "the device's MTU is $(vm_mtu "$1")"
  tell "the largest packets go through as before: MTU $mtu"
}

outer_header() { if [ "$1" = v6v4 ]; then echo 20; else echo 40; fi; }
vm_kind() { if [ "$1" = v6v4 ]; then echo sit; else echo ip6tnl; fi; }
vm_outer() { if [ "$1" = v6v4 ]; then echo $host; else echo $host6; fi; }
vm_device_has() { [ "$(vm_mtu "$1")" = "$2" ]; } # TYPE MTU
vm_mtu() { vm "ip -o link show type $(vm_kind "$1")" | sed -n '/ cv/s/.* mtu \([0-9]*\).*/\1/p'; }

# vm_told TYPE: how many errors the vm has sent inside.
vm_told() {
  case $1 in
    v6v4) vm "grep -E 'Icmp6Out(DestUnreachs|PktTooBigs|TimeExcds|ParmProblems)' /proc/net/snmp6" ;;
    v4v6) vm "grep '^Icmp:' /proc/net/snmp" | awk '
      NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i }
      NR == 2 { for (i = 1; i <= NF; i++) if (name[i] ~ /Out(DestUnreachs|TimeExcds|ParmProbs)/) print name[i], $i }' ;;
  esac | awk '{ sum += $2 } END { print sum + 0 }'
}

# told_of_theirs TYPE: a tunnel of somebody else's in the vm is told, so its kernel would tell, and the
# filter keeps away from it. Its other end is nobody.
told_of_theirs() {
  local before remote=192.0.2.9 inner=2001:db8:99::1 made
  made="type sit mode ip6ip local $vm remote $remote"
  if [ "$1" = v4v6 ]; then
    remote=2001:db8:f::9 inner=198.51.100.99
    made="type ip6tnl mode ipip6 local $vm6 remote $remote encaplimit none"
  fi
  vm "ip link add forged $made && ip link set forged up && ip neigh replace $remote lladdr 02:00:00:00:00:09 dev eth0" \
    && vm "ip route add $inner dev forged" || fail "no tunnel device"
  before=$(vm_told "$1")
  vm "ping -c 1 -W 1 $inner >/dev/null || true"
  [ "$(vm_told "$1")" = "$before" ] || fail "the vm tells of losses by itself"
  if [ "$1" = v6v4 ]; then forge v6v4 3/1 0 $inner $remote; else forge v4v6 1/0 0 $inner $remote; fi
  vm "ping -c 1 -W 1 $inner >/dev/null || true"
  await 10 "word inside of a loss that another's tunnel is told of" vm_told_more "$1" "$before"
  vm "ip link delete forged; ip neigh delete $remote dev eth0"
}

vm_told_more() { [ "$(vm_told "$1")" -gt "$2" ]; }

# forge TYPE ICMP-TYPE/CODE INFO INNER [REMOTE]: a host outside sends forty reports, from an address of
# its own, about TCP from the host behind the vm to INNER, in a tunnel to REMOTE.
forge() {
  in_ns "$h" perl -MSocket=:all -e '
    my ($kind, $what, $info, $to, $from, $near, $far) = @ARGV;
    my ($type, $code) = split "/", $what;
    sub checksum { my $sum = unpack("%32n*", $_[0]); $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16; ~$sum & 0xffff }
    sub ipv4 { my ($protocol, $length, $a, $b) = @_;
      my $header = pack("CCnnnCCna4a4", 0x45, 0, 20 + $length, 1, 0x4000, 64, $protocol, 0, inet_aton($a), inet_aton($b));
      substr($header, 10, 2) = pack("n", checksum($header)); $header }
    sub ipv6 { my ($next, $length, $a, $b) = @_;
      pack("NnCC", 6 << 28, $length, $next, 64) . inet_pton(AF_INET6, $a) . inet_pton(AF_INET6, $b) }
    my $six = $kind eq "v6v4";
    socket(my $raw, $six ? AF_INET : AF_INET6, SOCK_RAW, $six ? 1 : 58) or die "socket: $!";
    for my $number (1 .. 40) {
      # Of a packet of 1400 octets the beginning is quoted.
      my $tcp = pack("nnNNCCnnn", 443, 40000, $number, 0, 0x50, 0x10, 1000, 0, 0) . "x" x 400;
      my $outer = $six ? ipv4(41, 1400, $near, $far) : ipv6(4, 1400, $near, $far);
      my $packet = $six ? ipv6(6, 1360, $from, $to) . $tcp : ipv4(6, 1380, $from, $to) . $tcp;
      my $icmp = pack("CCnN", $type, $code, 0, $type == 12 ? 0 : $info)
        . $outer . ($number > 20 ? substr($packet, 0, 8) : $packet);
      substr($icmp, 2, 2) = pack("n", checksum($icmp)) if $six;
      send($raw, $icmp, 0, $six ? pack_sockaddr_in(0, inet_aton($near)) : pack_sockaddr_in6(0, inet_pton(AF_INET6, $near)))
        or die "send: $!";
    }' "${@:1:4}" $(if [ "$1" = v6v4 ]; then echo $behind $vm; else echo $behind4 $vm6; fi) "${5:-$(vm_outer "$1")}"
}

vm_tells_of_drops() { detail vm_shell v6v4 --json | grep -q '"dropped: inner source" *: *\([5-9]\|[1-9][0-9]\)'; }
