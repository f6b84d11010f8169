# What a packet carries along: code point and congestion outside, TCP where no ICMP arrives, what
# routers say. Sourced by field.sh.
field+=(marks unreachable)
field_long+=(segments)

tell_marks() {
  say "The network outside sees what the packets inside ask for (RFC 2983, RFC 6040)"
  local octet way
  for octet in 0xb8 0xba; do
    capture marks "$n" inside "udp and port 3653"
    in_ns "$c" ping -6 -n -c 3 -i 0.3 -W 2 -Q $octet "$world" >/dev/null \
      || fail "no answer to a ping with traffic class $octet"
    captured marks
    # The world's host answers with the class that it was asked with.
    for way in src dst; do
      [ "$(seen marks "$way host 10.9.0.2 and ip[1] = $octet" | wc -l)" -ge 3 ] \
        || fail "ping with $octet: the outer packets with $way 10.9.0.2 say something else"
    done
    tell "ping with $octet: outer packets say $octet, both ways"
  done

  say "A router marks congestion outside; the packet inside says so too"
  in_ns "$n" nft -f - <<'RULES'
table ip marks {
  chain through {
    type filter hook forward priority mangle
    udp dport 3653 ip ecn != not-ect ip ecn set ce
    udp sport 3653 ip ecn != not-ect ip ecn set ce
  }
}
RULES
  capture marks "$w" eth0 "icmp6 and ip6[40] = 128"
  in_ns "$c" ping -6 -n -c 3 -i 0.3 -W 2 -Q 0xba "$world" >/dev/null || fail "no answer to a ping"
  captured marks
  in_ns "$n" nft delete table ip marks
  # Version 6, then the traffic class: 0xbb is 0xba with congestion experienced.
  [ "$(seen marks 'ip6[0:2] & 0x0ff0 = 0x0bb0' | wc -l)" -ge 3 ] \
    || fail "the mark did not come through the tunnel"
  tell "sent 0xba, marked outside, arrived 0xbb"
}

tell_segments() {
  say "A 10 MB download where no \"packet too big\" arrives"
  local ns
  for ns in "$b" "$c"; do
    in_ns "$ns" nft -f - <<'RULES'
table ip6 nowords {
  chain in { type filter hook input priority filter; icmpv6 type packet-too-big drop; }
  chain through { type filter hook forward priority filter; icmpv6 type packet-too-big drop; }
  chain out { type filter hook output priority filter; icmpv6 type packet-too-big drop; }
}
RULES
  done
  capture syn "$c" any "ip6[6] = 6 and ip6[53] & 0x12 = 0x12"
  in_ns "$c" timeout 60 iperf3 -6 -c "$world" -R -n 10M >/dev/null || fail "the download stopped"
  captured syn
  for ns in "$b" "$c"; do in_ns "$ns" nft delete table ip6 nowords; done
  local offered; offered=$(tcpdump -Z root -n -v -r "$work/syn.pcap" 2>/dev/null \
    | sed -n 's/.*mss \([0-9]*\).*/\1/p' | sort -n | tail -1)
  [ -n "$offered" ] || fail "no connection was seen"
  # The world's host offers 1440 of its own.
  [ "$offered" -lt 1440 ] || fail "the world's offer came through as it was: $offered"
  tell "done; the world's offer arrived as a maximum segment size of $offered"
}

tell_unreachable() {
  need_programs perl:perl-base
  say "A host outside says that packets were lost which nobody sent; who did not send them is not told"
  local inner reply; inner=$(inner_address)
  capture forged "$b" eth0 "icmp and src host 203.0.115.254"
  capture told "$w" eth0 "icmp6 and ip6[40] = 1"
  forge_losses 20 "$inner"
  captured forged
  [ "$(seen forged icmp | wc -l)" = 20 ] || fail "the reports were to arrive at the broker"

  # Reports are read in turn: when this one was passed on, those before it were looked at.
  say "A router outside cannot pass packets on: who sent what is inside is told"
  in_ns "$n" nft -f - <<'RULES'
table ip wall {
  # Before the NAT, so that the packet is quoted as the broker sent it.
  chain arriving {
    type filter hook prerouting priority raw
    ip saddr 192.0.2.1 udp sport 3653 reject with icmp type host-unreachable
  }
}
RULES
  reply=$(in_ns "$w" ping -6 -n -c 2 -W 2 "$inner" || true)
  in_ns "$n" nft delete table ip wall
  grep -q 'Destination unreachable: Address unreachable' <<<"$reply" \
    || fail "the world's host was not told: $reply"
  tell "the world's host is told: address unreachable"
  captured told
  [ "$(seen told 'ip6[54] = 58' | wc -l)" -ge 1 ] || fail "no report of an echo request was seen"
  [ "$(seen told 'ip6[54] = 6' | wc -l)" = 0 ] || fail "it was told of TCP that it never sent"
  tell "of twenty forged reports none was passed on"
  await 10 "ping again: no tunnel ended by that" ping_once
}

# forge_losses COUNT INNER: a host outside, from its own address, says "host unreachable" to the broker
# and quotes what the broker would have sent to the client: TCP from the world's host to INNER.
forge_losses() {
  local mapping; mapping=$(outside)
  in_ns "$s" perl -MSocket=:all -e '
    my ($count, $broker, $to, $port, $world, $inner) = @ARGV;
    sub checksum { my $sum = unpack("%32n*", $_[0]); $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16; ~$sum & 0xffff }
    socket(my $raw, AF_INET, SOCK_RAW, 1) or die "socket: $!";
    for my $number (1 .. $count) {
      my $tcp = pack("nnNNCCnnn", 443, 40000, $number, 0, 0x50, 0x10, 1000, 0, 0);
      my $packet = pack("NnCC", 6 << 28, length $tcp, 6, 63)
        . inet_pton(AF_INET6, $world) . inet_pton(AF_INET6, $inner) . $tcp;
      my $udp = pack("nnnn", 3653, $port, 8 + length $packet, 0) . $packet;
      my $outer = pack("CCnnnCCna4a4", 0x45, 0, 20 + length $udp, 1, 0, 64, 17, 0,
        inet_aton($broker), inet_aton($to));
      substr($outer, 10, 2) = pack("n", checksum($outer));
      my $icmp = pack("CCnN", 3, 1, 0, 0) . $outer . $udp;
      substr($icmp, 2, 2) = pack("n", checksum($icmp));
      send($raw, $icmp, 0, pack_sockaddr_in(0, inet_aton($broker))) or die "send: $!";
    }' "$1" $broker4 "${mapping%:*}" "${mapping##*:}" "$world" "$2"
}
