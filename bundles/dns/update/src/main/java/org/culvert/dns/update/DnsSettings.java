package org.culvert.dns.update;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What the operator wrote, checked.
 *
 * @param server the primary server of all zones
 * @param key what requests are signed by
 * @param udp whether UDP is tried before TCP
 * @param timeout how long one answer may take
 * @param zones the zones that are updated
 * @param ttl how many seconds records may be remembered
 * @param names how tunnels are called
 * @param nameServers what reverse zones may be delegated to
 * @param records which records a tunnel has
 * @param lameCheck whether name servers are asked before zones are delegated to them
 */
record DnsSettings(
    InetSocketAddress server,
    TsigKey key,
    boolean udp,
    Duration timeout,
    Zones zones,
    long ttl,
    NamePolicy names,
    NameServerRules nameServers,
    TunnelRecords records,
    boolean lameCheck) {}
