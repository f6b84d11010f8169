package org.culvert.endpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.jspecify.annotations.Nullable;

/**
 * Compares what should be with what is, on a thread that lasts as long as that takes: reading the
 * operating system's tables must not hold the tunnels up. Who asks meanwhile gets the same answer.
 */
final class Verification {
  private static final int ATTEMPTS = 3;

  private final String role;
  private final NetworkDevices devices;
  private final Supplier<Map<String, DeviceConfiguration>> configurations;
  private final Supplier<List<String>> quarrels;
  private final Supplier<List<TunnelStatus>> tunnels;

  /** Under way; guarded by this object's lock. */
  private @Nullable CompletableFuture<List<String>> running;

  Verification(
      String role,
      NetworkDevices devices,
      Supplier<Map<String, DeviceConfiguration>> configurations,
      Supplier<List<String>> quarrels,
      Supplier<List<TunnelStatus>> tunnels) {
    this.role = role;
    this.devices = devices;
    this.configurations = configurations;
    this.quarrels = quarrels;
    this.tunnels = tunnels;
  }

  synchronized CompletionStage<List<String>> start() {
    CompletableFuture<List<String>> answer = running;
    if (answer == null) {
      CompletableFuture<List<String>> begun = new CompletableFuture<>();
      answer = begun;
      running = begun;
      Thread thread = new Thread(() -> run(begun), "culvert-verify-" + role);
      thread.setDaemon(true);
      thread.start();
    }
    return answer.minimalCompletionStage();
  }

  private void run(CompletableFuture<List<String>> answer) {
    try {
      List<String> findings = findings();
      end();
      answer.complete(findings);
    } catch (RuntimeException e) {
      end();
      answer.completeExceptionally(e);
    }
  }

  private synchronized void end() {
    running = null;
  }

  private List<String> findings() {
    List<String> findings = new ArrayList<>();
    for (TunnelStatus tunnel : tunnels.get()) {
      String id = tunnel.parameters().id();
      if (tunnel.state() instanceof TunnelState.Suspended suspended) {
        findings.add("tunnel " + id + " is suspended: " + suspended.reason());
      } else if (tunnel.state() instanceof TunnelState.Failed failed) {
        findings.add("tunnel " + id + " failed: " + failed.reason());
      }
      tunnel
          .warning()
          .ifPresent(warning -> findings.add("tunnel " + id + " is up, but " + warning));
    }
    findings.addAll(ofDevices());
    findings.addAll(quarrels.get());
    return List.copyOf(findings);
  }

  /** What changes while it is being looked at is looked at again. */
  private List<String> ofDevices() {
    Map<String, DeviceConfiguration> wanted = configurations.get();
    List<String> findings = look(wanted);
    for (int i = 1; i < ATTEMPTS && !configurations.get().equals(wanted); i++) {
      wanted = configurations.get();
      findings = look(wanted);
    }
    return findings;
  }

  private List<String> look(Map<String, DeviceConfiguration> wanted) {
    try {
      return wanted.isEmpty() ? List.of() : devices.verify(wanted);
    } catch (IOException e) {
      return List.of("devices cannot be looked at: " + RunningDatapath.reason(e));
    }
  }
}
