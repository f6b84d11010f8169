package org.culvert.lan.radvd;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.netdev.FilterWatcher;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.PacketFilters;

/** Tells of the filters in another network namespace, by {@code nft monitor}. */
final class MonitoredFilters implements PacketFilters {
  private static final Pattern CHANGE = Pattern.compile("(add|delete) (\\w+) ip6 (\\w+).*");

  private final String namespace;

  MonitoredFilters(String namespace) {
    this.namespace = namespace;
  }

  /** Returns when the monitor is seen to listen. */
  @Override
  public NetworkDevices.Watch watch(FilterWatcher watcher) throws IOException {
    Process process =
        new ProcessBuilder("ip", "netns", "exec", namespace, "nft", "monitor")
            .redirectErrorStream(true)
            .start();
    BufferedReader lines = process.inputReader();
    awaitListening(process, lines);
    Thread thread = new Thread(() -> read(lines, watcher), "nft-monitor");
    thread.setDaemon(true);
    thread.start();
    return process::destroyForcibly;
  }

  private void awaitListening(Process process, BufferedReader lines) throws IOException {
    while (process.isAlive() && !lines.ready()) {
      nft("add table ip6 probe");
      nft("delete table ip6 probe");
    }
  }

  private void nft(String command) throws IOException {
    try {
      new ProcessBuilder("ip", "netns", "exec", namespace, "nft", command).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Until the monitor is ended, which closes its output. */
  private static void read(BufferedReader lines, FilterWatcher watcher) {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher change = CHANGE.matcher(line);
        if (change.matches()) {
          if (change.group(1).equals("delete") && change.group(2).equals("table")) {
            watcher.gone(change.group(3));
          } else {
            watcher.changed(change.group(3));
          }
        }
      }
    } catch (IOException e) {
      return;
    }
  }
}
