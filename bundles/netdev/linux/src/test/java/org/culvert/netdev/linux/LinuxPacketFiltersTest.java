package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.culvert.api.netdev.FilterWatcher;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is heard of the packet filter of a kernel's own. */
@ExtendWith(OwnNetwork.class)
class LinuxPacketFiltersTest {
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  private final FilterWatcher watcher =
      new FilterWatcher() {
        @Override
        public void gone(String table) {
          told.add("gone " + table);
        }

        @Override
        public void changed(String table) {
          told.add("changed " + table);
        }

        @Override
        public void everything() {
          told.add("everything");
        }
      };

  @Test
  void tellsWhatBecameOfATable() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    try (Watch watch = new LinuxPacketFilters().watch(watcher)) {
      assertThat(watch).isNotNull();
      OwnNetwork.run("nft", "add table ip6 one; add chain ip6 one a; add rule ip6 one a accept");
      assertThat(next()).isEqualTo("changed one");

      OwnNetwork.run("nft", "flush chain ip6 one a");
      assertThat(next()).isEqualTo("changed one");

      OwnNetwork.run("nft", "delete table ip6 one");
      assertThat(next()).isEqualTo("gone one");

      OwnNetwork.run("nft", "add table inet two; add table inet three");
      assertThat(List.of(next(), next())).containsExactlyInAnyOrder("changed two", "changed three");

      OwnNetwork.run("nft", "flush ruleset");
      assertThat(List.of(next(), next())).containsExactlyInAnyOrder("gone two", "gone three");
    }
  }

  /** As our own filters are changed: it is there before the act and after it. */
  @Test
  void aTableThatIsReplacedInOneActIsNotGone() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    OwnNetwork.run("nft", "add table ip6 one; add chain ip6 one a; add rule ip6 one a accept");
    try (Watch watch = new LinuxPacketFilters().watch(watcher)) {
      assertThat(watch).isNotNull();

      OwnNetwork.run("nft", "delete table ip6 one; add table ip6 one; add chain ip6 one a");
      assertThat(next()).isEqualTo("changed one");

      OwnNetwork.run("nft", "flush ruleset; add table ip6 other");
      assertThat(List.of(next(), next())).containsExactlyInAnyOrder("gone one", "changed other");
    }
  }

  /** Others' acts are answered before anybody looks; our own acts are not told. */
  @Test
  void aFilterOfTunnelsIsPutBackByTheAnnouncement() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    try (TunnelDeviceGroup group = new LinuxTunnelDevices().claim("culvert0")) {
      group.apply(List.of());
      String whole = OwnNetwork.run("nft", "list", "table", "inet", "culvert_culvert0");
      group.listen(() -> putBack(group));

      for (String act :
          List.of(
              "flush ruleset",
              "flush table inet culvert_culvert0",
              "delete table inet culvert_culvert0")) {
        OwnNetwork.run("nft", act);

        assertThat(next()).as(act).isEqualTo("missing, put back: {}");
        assertThat(OwnNetwork.run("nft", "list", "table", "inet", "culvert_culvert0"))
            .isEqualTo(whole);
      }
      group.apply(List.of());
      OwnNetwork.run("nft", "delete table inet culvert_culvert0");
      assertThat(next()).isEqualTo("missing, put back: {}");
      assertThat(told).isEmpty();
    }
  }

  private void putBack(TunnelDeviceGroup group) {
    String found = "whole";
    try {
      group.counters();
    } catch (IOException e) {
      found = "missing";
    }
    told.add(found + ", put back: " + group.apply(List.of()));
  }

  private String next() throws InterruptedException {
    String line = told.poll(Packets.DEADLINE.toSeconds(), TimeUnit.SECONDS);
    if (line == null) {
      throw new UncheckedIOException(new IOException("nothing was told"));
    }
    return line;
  }
}
