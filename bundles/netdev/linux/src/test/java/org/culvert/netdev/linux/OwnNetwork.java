package org.culvert.netdev.linux;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.culvert.testkit.debian.DebianPackages;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs each test on a thread of its own in a network namespace of its own, with loopback up.
 *
 * <p>A namespace is a property of a thread: sockets, threads and processes that the test makes are
 * in it too, and it is gone with the last of them.
 */
final class OwnNetwork implements InvocationInterceptor, ExecutionCondition {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int CAP_NET_ADMIN = 12;
  private static final int CAP_NET_RAW = 13;
  private static final int CAP_SYS_ADMIN = 21;

  /** Runs a command of the operating system and returns what it printed. */
  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(Packets.DEADLINE.toSeconds(), TimeUnit.SECONDS)
        || process.exitValue() != 0) {
      throw new IOException(List.of(command) + ": " + output);
    }
    return output;
  }

  /** Runs a command and returns what it printed, whatever its end. */
  static String tried(String... command) throws IOException, InterruptedException {
    try {
      return run(command);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Gives a device an address that is not looked for elsewhere. The kernel says that it is done
   * before a worker of its own has made the address the host's: a packet in between is lost.
   */
  static void address(String address, String device) throws IOException, InterruptedException {
    run("ip", "address", "add", address, "dev", device, "nodad");
    String host = address.replaceAll("/.*", "");
    long begin = System.nanoTime();
    while (!tried("ip", "route", "get", host).startsWith("local ")) {
      if (System.nanoTime() - begin > Packets.DEADLINE.toNanos()) {
        throw new IOException(host + " has not become an address of this host");
      }
      Thread.sleep(1);
    }
  }

  static native int unshare(int flags);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapEff:")) {
          long wanted = 1L << CAP_NET_ADMIN | 1L << CAP_NET_RAW | 1L << CAP_SYS_ADMIN;
          long held = Long.parseUnsignedLong(line.substring(7).strip(), 16);
          if ((held & wanted) == wanted && Files.exists(Path.of("/dev/net/tun"))) {
            // Where they are in another place, as in a small machine of the lab, they are found.
            DebianPackages.provide(
                "/usr/sbin/ip=iproute2", "/usr/sbin/nft=nftables", "/usr/sbin/sysctl=procps");
            return ConditionEvaluationResult.enabled("root");
          }
        }
      }
    } catch (IOException e) {
      return ConditionEvaluationResult.disabled("not Linux: " + e);
    }
    return ConditionEvaluationResult.disabled("needs root and /dev/net/tun");
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    runInside(invocation);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    runInside(invocation);
  }

  private static void runInside(Invocation<Void> invocation) throws Throwable {
    List<Throwable> failures = new ArrayList<>();
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              try {
                enter();
                invocation.proceed();
              } catch (Throwable e) {
                failures.add(e);
              }
              return true;
            });
    Thread thread = new Thread(task, "culvert-test-namespace");
    thread.setDaemon(true);
    thread.start();
    task.get(180, TimeUnit.SECONDS);
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  private static void enter() throws IOException {
    Libc.load();
    Native.register(OwnNetwork.class, "c");
    if (unshare(CLONE_NEWNET) != 0) {
      throw Errno.failure("leaving the host's network", Native.getLastError());
    }
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      netlink.change(RoutingRequests.up(Libc.if_nametoindex("lo")), "setting lo up");
    }
  }
}
