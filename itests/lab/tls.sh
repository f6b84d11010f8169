# Signaling over TLS: a part of the story told by lab.sh.

tell_tls() {
  say "Signaling over TLS: SCRAM bound to the connection, the broker known by its fingerprint"
  local before pin
  before=$(assignment)
  nat_off
  await 10 "handshake of TLS with the broker" in_ns "$c" openssl s_client -connect $broker4:3654
  pin=$(openssl x509 -noout -fingerprint -sha256 -in "$(own_certificate)" | cut -d= -f2)
  tell "the broker's certificate: $pin"
  (umask 077; printf '%s\n' "$password" >"$client_home/etc/culvert-client.password")
  configure_tls "$client_home" "broker.pins = $pin"
  capture wire "$b" eth0 "port 3653 or port 3654"
  configure_client_alone "$client_home" "server = $broker4" "prefixLength = 60" "transports = tls" \
    "mechanisms = SCRAM-SHA-256-PLUS" "user = $user" "password.file = culvert-client.password"
  await 30 "tunnel, asked for by TLS" client_came_by TLS v6v4
  ping_world 1
  same_assignment "$before"
  captured wire
  # Packets of the tunnel before, the client's last over UDP, may still be under way there.
  [ "$(seen wire "tcp port 3653 or (udp port 3653 and udp[8] & 0xf0 != 0x60)" | wc -l)" = 0 ] \
    || fail "something was said outside TLS"
  [ "$(seen wire "port 3654" | wc -l)" -gt 10 ] || fail "nothing was seen on TLS's port"
  ! client_shell "config:list '(service.pid=org.culvert.client)'" | grep -qF "$password" \
    || fail "config:list shows the password"
  tell "nothing was said outside TLS, and config:list does not show the password"

  say "The client knows its broker by a certificate, and the broker its client by another"
  make_client_certificate
  configure_tls "$broker_home" "client.certificates = optional" "client.ca = $work/ca.pem"
  configure_tls "$client_home" "broker.pins = $pin" "own.certificate = $work/client.pem" \
    "own.key = $work/client.key"
  configure_client_alone "$client_home" "server = $broker4" "prefixLength = 60" "transports = tls" \
    "mechanisms = EXTERNAL"
  await 30 "tunnel, asked for by TLS" client_came_by TLS v6v4
  ping_world 1
  same_assignment "$before"
  tell "no name and no password was configured; the certificate names $user"

  say "Somebody else's certificate on the broker's port is no broker"
  configure_tls "$client_home" "broker.pins = ${pin//[0-9]/0}"
  restart_client
  await 20 "refusal by the client" client_says "fingerprint"
  ! ping_once >/dev/null 2>&1 || fail "the client has a tunnel of a broker that it must not trust"
  rm "$broker_home/etc/org.culvert.tls.bouncycastle.cfg" \
    "$client_home/etc/org.culvert.tls.bouncycastle.cfg"
  go_home
}

configure_tls() { configure "$1" org.culvert.tls.bouncycastle "${@:2}"; }
own_certificate() { grep -l CERTIFICATE "$broker_home"/data/culvert/tls/* | head -1; }
client_says() { client_json | grep '"last error"' | grep -q "$1"; }

# An authority, and a certificate by it for a client whose common name is the user's.
make_client_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=lab" \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$user" \
    -keyout "$work/client.key" -out "$work/client.csr" 2>/dev/null
  openssl x509 -req -in "$work/client.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -days 2 \
    -CAcreateserial -out "$work/client.pem" 2>/dev/null
  chmod 600 "$work/client.key"
}
