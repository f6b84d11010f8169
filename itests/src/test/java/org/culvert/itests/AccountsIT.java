package org.culvert.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivilegedExceptionAction;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.security.auth.Subject;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.culvert.api.account.Account;
import org.culvert.api.account.CredentialStore;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.karaf.options.KarafDistributionOption;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;

/**
 * Promises that a password given in the shell lets its user in and stands nowhere, and that only an
 * administrator may give one.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class AccountsIT {
  private static final String CANARY = "canary-5f1e-76a0";

  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private CredentialStore store;

  /** The archive, listening on a port that nobody else has. */
  @Configuration
  public Option[] assembly() throws IOException {
    String port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = Integer.toString(free.getLocalPort());
    }
    return new Option[] {
      Assembly.booted(),
      KarafDistributionOption.editConfigurationFilePut(
          "etc/org.culvert.transport.cfg", "port", port),
      KarafDistributionOption.editConfigurationFilePut(
          "etc/org.culvert.log.cfg", "addresses", "hashed"),
    };
  }

  /** Karaf makes a bundle's commands known a moment after the bundle has started. */
  @Before
  public void awaitTheCommands() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (shell("admin", "culvert:accounts").contains("Command not found")) {
      assertTrue("no commands", System.nanoTime() < deadline);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  @Test
  @Promise("P8")
  @Threat("T12")
  public void plantedPasswordLetsItsUserInAndStandsNowhere() throws Exception {
    String created = shell("admin", "culvert:account-create --digest --password-stdin alice");
    assertTrue(created, created.contains("SCRAM-SHA-256"));
    String changed = shell("admin", "culvert:account-password --password-stdin --json alice");
    String refused = shell("admin", "culvert:account-create --password-stdin alice");
    assertTrue(refused, refused.contains("There is a user alice already."));
    String listed = shell("admin", "culvert:accounts") + shell("admin", "culvert:accounts --json");
    assertTrue(listed, listed.contains("alice"));

    Account alice = store.find("alice").orElseThrow();
    assertTrue(alice.passwordCheck().orElseThrow().matches(CANARY.toCharArray()));
    assertTrue(alice.scramSecret("SCRAM-SHA-256").isPresent());
    assertTrue(alice.digestSecret().isPresent());

    assertFalse((created + changed + refused + listed + alice).contains(CANARY));
    Path base = Path.of(System.getProperty("karaf.base"));
    assertEquals(0, filesThatHold(base.resolve("etc"), CANARY));
    assertEquals(0, filesThatHold(base.resolve("data"), CANARY));
    // The file of users, and the copy that outlives a power cut.
    assertEquals(2, filesThatHold(base.resolve("etc"), "alice = digest since:"));
  }

  @Test
  @Threat("T24")
  public void viewersLookAndChangeNothing() throws Exception {
    String created = shell("admin", "culvert:account-create --password-stdin bob");
    assertTrue(created, created.contains("bob"));

    assertTrue(shell("viewer", "culvert:accounts").contains("bob"));
    for (String command :
        new String[] {
          "account-create --generate carol",
          "account-password --generate bob",
          "account-policy --tls-only bob",
          "account-disable bob",
          "account-enable bob",
          "account-remove bob",
        }) {
      String answer = shell("viewer", "culvert:" + command);
      assertTrue(command + ": " + answer, answer.startsWith("REFUSED"));
    }

    assertTrue(store.find("carol").isEmpty());
    assertTrue(store.find("bob").orElseThrow().enabled());
    assertFalse(store.find("bob").orElseThrow().policy().tlsOnly());
  }

  @Test
  public void whoIsRefusedStandsInShellAndLogAndTheAddressInNeither() throws Exception {
    Matcher listener =
        Pattern.compile("tcp +\\S+:(\\d+)").matcher(shell("admin", "culvert:listeners"));
    assertTrue(listener.find());
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (Socket client = new Socket(loopback, Integer.parseInt(listener.group(1)))) {
      client.setSoTimeout((int) TimeUnit.MINUTES.toMillis(1));
      client.getOutputStream().write("VERSION=2.0.2\r\n".getBytes(StandardCharsets.US_ASCII));
      assertTrue(client.getInputStream().read() == 'C');
      client.getOutputStream().write("AUTHENTICATE X-NO\r\n".getBytes(StandardCharsets.US_ASCII));
      client.getInputStream().readAllBytes();
    }

    String hash =
        shell("admin", "culvert:logged-address " + loopback.getHostAddress())
            .replaceFirst("(?s).*(#[0-9a-f]{16}).*", "$1");
    assertTrue(hash, hash.startsWith("#"));
    String refusals = shell("viewer", "culvert:refusals");
    assertTrue(refusals, refusals.contains("X-NO"));
    assertTrue(refusals, refusals.contains(hash + ":"));
    String log = Files.readString(Path.of(System.getProperty("karaf.log"), "karaf.log"));
    assertTrue(log.contains("refused: " + hash + ":"));
    assertFalse(log.contains("refused: " + loopback.getHostAddress()));
    String asked = shell("viewer", "culvert:logged-address " + loopback.getHostAddress());
    assertTrue(asked, asked.startsWith("REFUSED"));
  }

  /** Runs a command in a session without a terminal, into which the password is piped. */
  private String shell(String role, String command) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    byte[] in = (CANARY + "\n").getBytes(StandardCharsets.UTF_8);
    Session session = sessions.create(new ByteArrayInputStream(in), print, print);
    try {
      Subject.doAs(
          subject(role), (PrivilegedExceptionAction<Object>) () -> session.execute(command));
      return out.toString(StandardCharsets.UTF_8);
    } catch (Exception e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return "REFUSED " + cause.getMessage() + out.toString(StandardCharsets.UTF_8);
    } finally {
      session.close();
    }
  }

  private Subject subject(String role) throws ReflectiveOperationException {
    Subject subject = new Subject();
    Principal principal =
        (Principal)
            context
                .getBundle(0)
                .loadClass("org.apache.karaf.jaas.boot.principal.RolePrincipal")
                .getConstructor(String.class)
                .newInstance(role);
    subject.getPrincipals().add(principal);
    return subject;
  }

  private static long filesThatHold(Path directory, String text) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).filter(file -> holds(file, text)).count();
    }
  }

  private static boolean holds(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false;
    }
  }
}
