package org.culvert.lan.radvd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.FullDisk;
import org.culvert.api.file.SmallFile;
import org.culvert.api.file.UnfitFileException;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, over a crash, what was put into the operating system, so that it is found again and
 * taken back. It is written before the deed.
 */
final class Traces {
  private static final Logger LOG = LoggerFactory.getLogger(Traces.class);
  private static final int LARGEST_FILE = 65_536;

  private final Path file;
  private Trace last;

  Traces(Path file) {
    this.file = file;
    this.last = load();
  }

  /** Returns what is there, or may be. */
  Trace recall() {
    return last;
  }

  /** Writes down what is there from now on. */
  void remember(Trace now) throws ServiceException {
    if (now.equals(last)) {
      return;
    }
    StringBuilder text = new StringBuilder("# What Culvert added here; it takes it back itself.\n");
    for (IpPrefix prefix : now.prefixes()) {
      text.append("prefix ").append(prefix).append('\n');
    }
    for (Subnet subnet : now.subnets()) {
      text.append("address ").append(subnet.device()).append(' ').append(subnet.gateway());
      text.append('\n');
    }
    write(file, text.toString());
    last = now;
  }

  /** Writes a file, whole and durably or not at all. */
  static void write(Path file, String text) throws ServiceException {
    try {
      DurableFile.write(file, text.getBytes(StandardCharsets.US_ASCII), DurableFile.PUBLIC);
    } catch (IOException e) {
      throw ServiceException.passing(file + " cannot be written: " + FullDisk.words(file, e), e);
    }
  }

  private Trace load() {
    Set<IpPrefix> prefixes = new LinkedHashSet<>();
    List<Subnet> subnets = new ArrayList<>();
    try {
      byte[] content = SmallFile.read(file, LARGEST_FILE);
      for (String line : new String(content, StandardCharsets.US_ASCII).lines().toList()) {
        String[] words = line.split(" ");
        if (words.length == 2 && words[0].equals("prefix")) {
          prefixes.add(IpPrefix.parse(words[1]));
        } else if (words.length == 3 && words[0].equals("address") && DeviceName.fits(words[1])) {
          subnets.add(new Subnet(words[1], interfaceAddress(words[2])));
        }
      }
    } catch (NoSuchFileException | UnfitFileException e) {
      return Trace.NONE;
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("{} is not readable, look yourself for what was added: {}", file, e.toString());
    }
    return new Trace(prefixes, subnets);
  }

  private static InterfaceAddress interfaceAddress(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("no address: " + text);
    }
    return new InterfaceAddress(
        IpAddresses.parse6(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /**
   * What was added.
   *
   * @param prefixes the prefixes whose rest ends here
   * @param subnets the gateway's addresses
   */
  record Trace(Set<IpPrefix> prefixes, List<Subnet> subnets) {
    static final Trace NONE = new Trace(Set.of(), List.of());

    /** Copies both. */
    Trace {
      prefixes = Set.copyOf(prefixes);
      subnets = List.copyOf(subnets);
    }
  }
}
