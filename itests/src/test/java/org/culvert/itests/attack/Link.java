package org.culvert.itests.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What has come in on the link over which attacks go, and nothing else. */
record Link(long octets, long packets) {
  static final String ATTACKERS = "flood1";
  private static final Path COUNTERS = Path.of("/proc/self/net/dev");

  /** Ethernet, IPv4, UDP. */
  private static final int HEADERS = 14 + 20 + 8;

  static Link now() throws IOException {
    for (String line : Files.readAllLines(COUNTERS)) {
      String[] cells = line.strip().split("[: ]+", -1);
      if (cells[0].equals(ATTACKERS)) {
        return new Link(Long.parseLong(cells[1]), Long.parseLong(cells[2]));
      }
    }
    throw new IOException("no device " + ATTACKERS);
  }

  Link since(Link before) {
    return new Link(octets - before.octets, packets - before.packets);
  }

  /** Returns the octets inside of UDP, had all been datagrams in IPv4. */
  long inDatagrams() {
    return octets - HEADERS * packets;
  }
}
