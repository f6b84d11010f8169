package org.culvert.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Promises that the CAPABILITY line is the service registry read aloud: a plug-in that is stopped,
 * started, removed or installed is seen on the wire by the next session, without a restart.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HotSwapIT {
  private static final String PORT = "culvert.test.port";
  private static final String TLS_PORT = "culvert.test.tls.port";
  private static final String TLS = "org.culvert.tls.bouncycastle";
  private static final String DIGEST_MD5 = "org.culvert.sasl.digest.md5";
  private static final String V6UDPV4 = "org.culvert.encapsulation.v6udpv4";
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  @Inject private BundleContext context;

  /** The archive, listening on a port that nobody else has. */
  @Configuration
  public Option[] assembly() throws IOException {
    String port;
    String tlsPort;
    try (ServerSocket free = new ServerSocket(0);
        ServerSocket alsoFree = new ServerSocket(0)) {
      port = Integer.toString(free.getLocalPort());
      tlsPort = Integer.toString(alsoFree.getLocalPort());
    }
    return new Option[] {
      Assembly.booted(),
      editConfigurationFilePut("etc/org.culvert.transport.cfg", "port", port),
      editConfigurationFilePut("etc/org.culvert.transport.cfg", "tls.port", tlsPort),
      systemProperty(PORT).value(port),
      systemProperty(TLS_PORT).value(tlsPort),
    };
  }

  @Test
  public void mechanismComesAndGoesWithItsBundle() throws Exception {
    Set<String> with =
        Set.of("AUTH=ANONYMOUS", "AUTH=DIGEST-MD5", "AUTH=SCRAM-SHA-1", "AUTH=SCRAM-SHA-256");
    Set<String> without = Set.of("AUTH=ANONYMOUS", "AUTH=SCRAM-SHA-1", "AUTH=SCRAM-SHA-256");

    comesAndGoes(DIGEST_MD5, "AUTH=", with, without);
  }

  @Test
  @Demands("R-4.4.2-6")
  @Promise("P6")
  public void encapsulationComesAndGoesWithItsBundle() throws Exception {
    Set<String> with = Set.of("TUNNEL=V6UDPV4", "TUNNEL=V6V4");
    Set<String> without = Set.of("TUNNEL=V6V4");

    comesAndGoes(V6UDPV4, "TUNNEL=", with, without);
  }

  @Test
  public void portOfTlsIsOpenWhileItsBundleRunsAndSessionsInTheClearDoNotNotice() throws Exception {
    Bundle tls = bundle(TLS);
    awaitTls(true);
    try (Socket session = new Socket("localhost", Integer.getInteger(PORT))) {
      session.getOutputStream().write("VERSION=2.0.2\r\n".getBytes(StandardCharsets.US_ASCII));
      BufferedReader replies =
          new BufferedReader(
              new InputStreamReader(session.getInputStream(), StandardCharsets.US_ASCII));
      assertTrue(replies.readLine().startsWith("CAPABILITY "));

      tls.stop();
      awaitTls(false);
      tls.start();
      awaitTls(true);

      session
          .getOutputStream()
          .write("AUTHENTICATE ANONYMOUS\r\n".getBytes(StandardCharsets.US_ASCII));
      assertEquals("200 Success", replies.readLine());
    }
  }

  private static void awaitTls(boolean open) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < end) {
      try (Socket socket = new Socket("localhost", Integer.getInteger(TLS_PORT))) {
        if (open && socket.isConnected()) {
          return;
        }
      } catch (IOException e) {
        if (!open) {
          return;
        }
      }
      Thread.sleep(50);
    }
    fail("the port of TLS is " + (open ? "closed" : "open"));
  }

  private void comesAndGoes(String name, String kind, Set<String> with, Set<String> without)
      throws Exception {
    Bundle bundle = bundle(name);
    String location = bundle.getLocation();
    awaitOffer(kind, with);

    bundle.stop();
    awaitOffer(kind, without);
    bundle.start();
    awaitOffer(kind, with);

    bundle.uninstall();
    awaitOffer(kind, without);
    install(location);
    awaitOffer(kind, with);
  }

  private void install(String location) throws BundleException {
    context.installBundle(location).start();
  }

  private Bundle bundle(String name) {
    for (Bundle bundle : context.getBundles()) {
      if (name.equals(bundle.getSymbolicName())) {
        return bundle;
      }
    }
    throw new AssertionError("no bundle " + name);
  }

  /** Opens one session after another until the offer of this kind is as expected. */
  private static void awaitOffer(String kind, Set<String> expected)
      throws IOException, InterruptedException {
    TspProbe probe = new TspProbe(Integer.getInteger(PORT));
    long end = System.nanoTime() + PATIENCE_NANOS;
    Set<String> seen = Set.of();
    do {
      seen = new TreeSet<>(probe.capabilities());
      seen.removeIf(token -> !token.startsWith(kind));
      if (seen.equals(expected)) {
        return;
      }
      Thread.sleep(50);
    } while (System.nanoTime() < end);
    assertEquals(expected, seen);
  }
}
