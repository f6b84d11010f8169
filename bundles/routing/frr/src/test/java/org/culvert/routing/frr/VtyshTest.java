package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.service.ServiceException;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FRR's shell as it can be, played by small programs. */
final class VtyshTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  @Threat("T15")
  void passesEachCommandAsOneArgument() throws Exception {
    Vtysh vtysh = vtysh("for word in \"$@\"; do echo \"<$word>\"; done", PATIENCE, 1 << 20);

    assertThat(vtysh.ask("show x; reboot", "$(id) `id` \"%s\" 'a\nb'"))
        .isEqualTo(
            "<--vty_socket>\n</d>\n<-c>\n<show x; reboot>\n<-c>\n<$(id) `id` \"%s\" 'a\nb'>\n");
  }

  @Test
  void tellsTheCommandThatIsRefused() throws Exception {
    Vtysh vtysh =
        vtysh(
            """
            echo 'r1# configure terminal'
            echo 'r1(config)# router bgp 1'
            echo 'r1(config-router)# neighbor ::1 nonsense'
            echo '% Unknown command: neighbor ::1 nonsense'
            exit 1""",
            PATIENCE, 1 << 20);

    assertFails(
        () -> vtysh.configure(List.of("router bgp 1")),
        "FRR refuses \"neighbor ::1 nonsense\": Unknown command: neighbor ::1 nonsense",
        true);
  }

  @Test
  void findsTheReasonInManyForms() {
    assertThat(Refusal.in("h# x\nfine\n", 0)).isEmpty();
    assertThat(Refusal.in("h# x\n% Bad\nh# y\n", 0)).contains(new Refusal("x", "Bad"));
    assertThat(Refusal.in("h(config)# router bgp 2\nBGP is already running; AS is 1\n", 1))
        .contains(new Refusal("router bgp 2", "BGP is already running; AS is 1"));
    assertThat(
            Refusal.in(
                "h(config)# x y\n% Configuration failed.\n\nError type: validation\n"
                    + "Error description: Invalid prefix range\n",
                1))
        .contains(new Refusal("x y", "Invalid prefix range"));
    assertThat(Refusal.in("", 3)).contains(new Refusal("", "no reason is told (status 3)"));
    assertThat(Refusal.in("% " + "x".repeat(10_000), 1).orElseThrow().reason()).hasSize(200);
  }

  @Test
  void waitsForWhatMayPass() {
    assertThat(new Refusal("x", "bgpd is not running").toException().isLasting()).isFalse();
    assertThat(
            new Refusal("configure terminal", "VTY configuration is locked by other VTY")
                .toException()
                .isLasting())
        .isFalse();
    assertThat(new Refusal("x", "Unknown command").toException().isLasting()).isTrue();
  }

  @Test
  void doesNotWaitForEver() throws Exception {
    Vtysh vtysh = vtysh("sleep 60", Duration.ofMillis(200), 1 << 20);

    assertFails(() -> vtysh.ask("show version"), "FRR did not answer within 0 s", false);
    // What was killed is gone a moment later.
    Lab.await(
        "no process is left",
        () -> ProcessHandle.current().descendants().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void doesNotListenForEver() throws Exception {
    Vtysh vtysh = vtysh("exec cat /dev/zero", PATIENCE, 1 << 20);

    assertFails(
        () -> vtysh.ask("show version"), "FRR's answer is longer than 1048576 octets", true);
  }

  @Test
  void tellsThatThereIsNone() {
    String nowhere = directory.resolve("nowhere").toString();
    Vtysh vtysh = new Vtysh(nowhere, List.of(), PATIENCE, 1 << 20);

    assertFails(
        () -> vtysh.ask("show version"), nowhere + " cannot be called; is FRR installed?", true);
  }

  @Test
  void tellsThatItIsNotRunning() throws Exception {
    Vtysh vtysh =
        vtysh("echo 'Exiting: failed to connect to any daemons.' >&2; exit 1", PATIENCE, 1 << 20);

    assertFails(() -> Frr.ask(vtysh), "FRR is not running: none of its daemons answers", false);
  }

  @Test
  void tellsThatItMayNotBeSpokenTo() throws Exception {
    Vtysh vtysh =
        vtysh(
            "echo 'vtysh_connect: connect(/var/run/frr/zebra.vty): Permission denied'\n"
                + "echo 'Exiting: failed to connect to any daemons.'; exit 1",
            PATIENCE,
            1 << 20);

    assertFails(
        () -> Frr.ask(vtysh),
        "FRR may not be spoken to: run as root, or as a member of the group frrvty",
        true);
  }

  @Test
  void tellsThatItIsTooOld() throws Exception {
    Vtysh vtysh = vtysh("echo 'FRRouting 7.5.1 (r1).'", PATIENCE, 1 << 20);

    assertFails(() -> Frr.ask(vtysh), "FRR 7.5 is too old: 8.4 is needed", true);
  }

  @Test
  void knowsWhoAnswers() throws Exception {
    Vtysh vtysh =
        vtysh(
            """
            case "$*" in
              *running*) printf 'Current configuration:\\n!\\nrouter bgp 7\\nend\\n' ;;
              *) printf 'FRRouting 10.1 (r1).\\n zebra bgpd staticd{}\\n' ;;
            esac""",
            PATIENCE,
            1 << 20);

    Frr frr = Frr.ask(vtysh);

    assertThat(frr.daemons()).containsExactlyInAnyOrder("zebra", "bgpd", "staticd");
    assertThat(frr.hasIpv4()).isFalse();
    assertThat(frr.fallbackId(new byte[] {1, 2}).orElseThrow().isMulticastAddress()).isFalse();
    assertThat(frr.running().bgpAs()).hasValue(7);
  }

  private Vtysh vtysh(String script, Duration timeout, int longest) throws IOException {
    Path program = directory.resolve("vtysh");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return new Vtysh(program.toString(), List.of("--vty_socket", "/d"), timeout, longest);
  }

  private static void assertFails(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message, boolean lasting) {
    assertThatThrownBy(call)
        .isInstanceOf(ServiceException.class)
        .hasMessage(message)
        .matches(e -> ((ServiceException) e).isLasting() == lasting);
    assertThat(Optional.of(message)).get().asString().doesNotContain("\n");
  }
}
