package org.culvert.broker;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of {@code etc/org.culvert.broker.cfg}; lists are separated by commas. */
@ObjectClassDefinition(name = "Culvert tunnel broker", id = Keys.PID)
@interface Config {
  @AttributeDefinition(
      description =
          "IPv6 prefix that tunnel addresses of accounts come from, for example 2001:db8:0:1::/64."
              + " Its first address is the server's. With this, anonymousPool and delegationPools"
              + " all empty, a private prefix is made up once and kept.")
  String endpointPool() default "";

  @AttributeDefinition(
      description =
          "IPv6 prefix that tunnel addresses of anonymous users come from."
              + " Empty beside a set endpointPool: anonymous users get no tunnel.")
  String anonymousPool() default "";

  @AttributeDefinition(
      description =
          "IPv6 prefixes that users' own prefixes are cut from, tried in this order."
              + " Empty beside a set endpointPool: no prefixes are handed out.")
  String[] delegationPools() default {};

  @AttributeDefinition(
      description =
          "IPv4 prefix that tunnel addresses of accounts come from where IPv4 is carried in IPv6"
              + " (v4v6), for example 10.64.0.0/16. Its first four addresses go to no client."
              + " Empty: v4v6 is not offered.")
  String ipv4Pool() default "";

  @AttributeDefinition(
      description =
          "IPv4 prefix that such addresses of anonymous users come from. Empty: they get none.")
  String anonymousIpv4Pool() default "";

  @AttributeDefinition(
      description =
          "32: clients get single IPv4 addresses, and share the server's, the first of ipv4Pool."
              + " 30: each client has a link of two hosts, the server first and the client second.",
      options = {@Option(label = "32", value = "32"), @Option(label = "30", value = "30")})
  int ipv4Length() default 32;

  @AttributeDefinition(
      description =
          "Shortest prefix that a user may ask for, in bits; a pool that is smaller hands out"
              + " nothing larger than itself, the one that is made up /56 at most.",
      min = "1",
      max = "64")
  int minPrefixLength() default 48;

  @AttributeDefinition(
      description = "Longest prefix that a user may ask for, in bits; at most 64.",
      min = "1",
      max = "64")
  int maxPrefixLength() default 64;

  @AttributeDefinition(
      description =
          "Prefix length for a user who asks for a prefix and names no length; 0 refuses such"
              + " requests, as old brokers do.",
      min = "0",
      max = "64")
  int defaultPrefixLength() default 0;

  @AttributeDefinition(
      description =
          "What is done when a user who has a prefix of delegationPools asks for another length."
              + " renumber: he gets a new one, and the old one rests; while one rests for him he is"
              + " told 507, and when he may ask again. grow: a larger prefix around the one he has"
              + " if all of it is free, else 507. keep: 507.",
      options = {
        @Option(label = "renumber", value = "renumber"),
        @Option(label = "grow", value = "grow"),
        @Option(label = "keep", value = "keep")
      })
  String onRerequest() default "renumber";

  @AttributeDefinition(
      description =
          "Whether a tunnel lives on after its time while packets come out of it, for old clients"
              + " that never ask again. unset: it does where nobody has set its lifetime. true: it"
              + " does where lifetime or anonymousLifetime is set here, too. false: it ends,"
              + " whatever flows. A lifetime of an account ends it in any case.",
      options = {
        @Option(label = "unset", value = "unset"),
        @Option(label = "true", value = "true"),
        @Option(label = "false", value = "false")
      })
  String prolong() default "unset";

  @AttributeDefinition(
      description =
          "Minutes that a tunnel lives unless its user asks again; then it ends, whatever flows."
              + " 0: 1440, and it lives on while packets come out of it.",
      min = "0",
      max = "5256000")
  int lifetime() default 0;

  @AttributeDefinition(
      description =
          "Minutes that an anonymous tunnel lives unless its client asks again; then it ends,"
              + " whatever flows. 0: 10, and it lives on while packets come out of it.",
      min = "0",
      max = "1440")
  int anonymousLifetime() default 0;

  @AttributeDefinition(
      description =
          "What becomes of a host that comes with an account whose tunnel another host has and uses."
              + " wins: it gets the tunnel, and hosts that came before it are refused after they"
              + " have taken it back twice. refused: it is refused with 506. Either holds while"
              + " packets come from the other.",
      options = {
        @Option(label = "wins", value = "wins"),
        @Option(label = "refused", value = "refused")
      })
  String secondHost() default "wins";

  @AttributeDefinition(
      description = "Seconds that an offer waits to be accepted.",
      min = "1",
      max = "3600")
  int offerTimeout() default 90;

  @AttributeDefinition(
      description = "Days that address and prefix stay reserved for a user whose tunnel ended.",
      min = "0",
      max = "36500")
  int reservation() default 30;

  @AttributeDefinition(
      description = "Minutes that an address rests before another user may get it.",
      min = "0",
      max = "525600")
  int quarantine() default 10;

  @AttributeDefinition(
      description =
          "Most tunnels at a time. The start script sizes Java's heap for them, within the memory of"
              + " the machine; where the heap has room for fewer, that is the limit, and the log says"
              + " so.",
      min = "0")
  int maxTunnels() default 100_000;

  @AttributeDefinition(
      description = "Most tunnels at a time from one IPv4 address, or one IPv6 prefix of 64 bits.",
      min = "1")
  int maxTunnelsPerIpv4() default 256;

  @AttributeDefinition(
      description = "Most anonymous tunnels at a time, resting ones included.",
      min = "0")
  int maxAnonymous() default 1000;

  @AttributeDefinition(
      description =
          "Most anonymous tunnels from one IPv4 address, or one IPv6 prefix of 64 bits, resting"
              + " ones included.",
      min = "1")
  int maxAnonymousPerIpv4() default 8;

  @AttributeDefinition(
      description = "Most requests that wait for an answer; more are told 530.",
      min = "1",
      max = "1000000")
  int maxPendingRequests() default 10_000;

  @AttributeDefinition(
      description = "Seconds between keepalives where they are needed and the client named none.",
      min = "1",
      max = "3600")
  int keepAlive() default 25;

  @AttributeDefinition(description = "Least seconds between keepalives.", min = "1", max = "3600")
  int minKeepAlive() default 2;

  @AttributeDefinition(description = "Most seconds between keepalives.", min = "1", max = "3600")
  int maxKeepAlive() default 300;

  @AttributeDefinition(
      description =
          "Keepalive intervals without any packet from a client after which its tunnel is ended,"
              + " at least 3. Five seconds are added, so that the client never notices later.",
      min = "3",
      max = "1000")
  int missedKeepAlives() default 3;

  @AttributeDefinition(
      description =
          "Size of the largest packet in a tunnel, 1280 to 65495. It is less where pathMtu leaves"
              + " less.",
      min = "1280",
      max = "65495")
  int mtu() default 1280;

  @AttributeDefinition(
      description =
          "Size of the largest packet that passes between clients and the tunnel server outside"
              + " tunnels, at least 1328.",
      min = "1328",
      max = "65535")
  int pathMtu() default 1500;

  @AttributeDefinition(
      description =
          "Addresses by which clients reach this machine, where a NAT that translates one to one"
              + " stands before it: outside, or, if there are several, inside outside, for example"
              + " 10.0.0.5 198.51.100.5, 10.0.0.6 198.51.100.6. Replies name the outside address;"
              + " tunnels here stand on the inside one.")
  String[] outsideAddresses() default {};

  @AttributeDefinition(
      description =
          "Addresses of DNS resolvers to tell clients. Empty: the address :: stands in their place,"
              + " which is no resolver, since some old clients crash if none is told. none: nothing"
              + " is told.")
  String[] resolvers() default {};

  @AttributeDefinition(
      description =
          "Other brokers to name to clients when this one is full, best first: addresses or host"
              + " names, never this broker's own. Old clients are told that it is full.")
  String[] referrals() default {};

  @AttributeDefinition(
      description =
          "The same for clients that come while this broker is too busy. Empty: they are told to"
              + " come back.")
  String[] busyReferrals() default {};

  @AttributeDefinition(
      description =
          "Accounts that may ask for a tunnel to another machine's IPv4 address (proxy=\"yes\")."
              + " Such a user can point packets at a third party.")
  String[] proxyUsers() default {};

  @AttributeDefinition(
      description =
          "Number of this tunnel server's autonomous system, for BGP with clients."
              + " 0: BGP is not offered.",
      min = "0",
      max = "4294967294")
  long asNumber() default 0;

  @AttributeDefinition(
      description =
          "Numbers of autonomous systems that are given to clients that ask for BGP and name none;"
              + " each user gets one. Ranges such as 4200000000-4200065535. Empty: they are"
              + " refused.")
  String[] clientAs() default {"4200000000-4200065535"};

  @AttributeDefinition(
      description =
          "Numbers of autonomous systems that a client may name as its own: the private ones,"
              + " unless you know what your users have.")
  String[] clientAsAllowed() default {"64512-65534", "4200000000-4294967294"};

  @AttributeDefinition(
      description = "Whether several users may name the same autonomous system as theirs.")
  boolean clientAsShared() default false;

  @AttributeDefinition(
      description =
          "Whether a client may name asNumber as its own, and so speak internal BGP. The routing"
              + " service must be able to.")
  boolean internalBgp() default false;

  @AttributeDefinition(
      description =
          "Whether a prefix that is to be routed by a protocol has a static route of last resort,"
              + " so that it is reached while the protocol does not announce it.")
  boolean floatingRoutes() default true;

  @AttributeDefinition(description = "Whether anonymous users may ask for more than static routes.")
  boolean anonymousRouting() default false;
}
