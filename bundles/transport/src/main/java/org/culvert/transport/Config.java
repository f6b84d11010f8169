package org.culvert.transport;

import org.culvert.api.signaling.SignalingTarget;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What the operator may set. */
@ObjectClassDefinition(
    name = "Culvert signaling",
    description = "Where and how this tunnel broker is asked for tunnels (TSP, RFC 5572).")
public @interface Config {
  /** The port. */
  @AttributeDefinition(
      description = "TCP and UDP port. Clients expect 3653.",
      min = "1",
      max = "65535")
  int port() default 3653;

  /** The addresses. */
  @AttributeDefinition(
      description = "Addresses of this node to listen on; none: all, also those added later.")
  String[] addresses() default {};

  /** TCP. */
  @AttributeDefinition(description = "Whether to serve TCP.")
  boolean tcp() default true;

  /** UDP. */
  @AttributeDefinition(description = "Whether to serve UDP, which v6udpv4 tunnels need.")
  boolean udp() default true;

  /** TLS. */
  @AttributeDefinition(
      description = "Whether to serve TLS while a bundle that provides it is installed.")
  boolean tls() default true;

  /** The port of TLS. */
  @AttributeDefinition(
      description = "TCP port of TLS. No port is assigned for it; clients have to be told.",
      min = "1",
      max = "65535")
  int tls_port() default SignalingTarget.TLS_PORT;

  /** The realm. */
  @AttributeDefinition(
      description =
          "Realm of the accounts. DIGEST-MD5 secrets are made for one realm and end with it.")
  String realm() default "culvert";

  /** TCP mechanisms. */
  @AttributeDefinition(
      description =
          "SASL mechanisms offered over TCP: names, * for all that are installed, !NAME for all"
              + " but. PLAIN sends passwords for everybody on the way to read.")
  String[] tcp_mechanisms() default {"*", "!PLAIN"};

  /** UDP mechanisms. */
  @AttributeDefinition(description = "The same over UDP.")
  String[] udp_mechanisms() default {"*", "!PLAIN"};

  /** TLS mechanisms. */
  @AttributeDefinition(description = "The same over TLS, where PLAIN does no harm.")
  String[] tls_mechanisms() default {"*"};

  /** Longest phase. */
  @AttributeDefinition(
      description = "Seconds after which a phase of a session is cut off, however busy it is.",
      min = "5",
      max = "3600")
  int phase_seconds() default 90;

  /** Sessions. */
  @AttributeDefinition(
      description = "Most sessions at a time; beyond, clients are told 530.",
      min = "1",
      max = "1000000")
  int sessions() default 10_000;

  /** Sessions per source. */
  @AttributeDefinition(
      description = "Most sessions at a time from one IPv4 address or one IPv6 /64.",
      min = "1",
      max = "1000000")
  int sessions_per_source() default 64;

  /** UDP idle time. */
  @AttributeDefinition(
      description = "Seconds of silence after which a UDP session is over.",
      min = "5",
      max = "3600")
  int udp_idle_seconds() default 90;

  /** UDP memory. */
  @AttributeDefinition(
      description =
          "Seconds for which the last reply of a UDP session is kept. Clients repeat themselves"
              + " for 66.",
      min = "66",
      max = "3600")
  int udp_remember_seconds() default 90;

  /** UDP memory's size. */
  @AttributeDefinition(
      description = "Most such replies for each local address.",
      min = "1",
      max = "1000000")
  int udp_remembered() default 16_384;

  /** Rate. */
  @AttributeDefinition(
      description =
          "Datagrams in a second from one source that has not proved its address, and TCP"
              + " connections; 0: any.",
      min = "0",
      max = "1000000")
  int rate() default 50;

  /** Burst. */
  @AttributeDefinition(
      description = "How many of them may come at once.",
      min = "1",
      max = "1000000")
  int rate_burst() default 200;

  /** Slip. */
  @AttributeDefinition(
      description = "Every so many datagrams beyond the rate are answered 530; 0: none.",
      min = "0",
      max = "1000")
  int rate_slip() default 4;

  /** Failures. */
  @AttributeDefinition(
      description =
          "Failed authentications in a minute from one source before it is told 530; 4 times as"
              + " many from one /24 or /48 or at one user, 100 times in all; 0: any.",
      min = "0",
      max = "1000000")
  int failures_per_minute() default 10;

  /** Failures at once. */
  @AttributeDefinition(
      description = "How many of them may come at once.",
      min = "1",
      max = "1000000")
  int failures_burst() default 20;

  /** Referral. */
  @AttributeDefinition(
      description = "Brokers to name to clients whose version is not spoken here; no ports.")
  String[] referral() default {};
}
