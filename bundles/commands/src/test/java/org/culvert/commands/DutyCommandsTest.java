package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServiceAdministration;
import org.culvert.testkit.service.SampleDuties;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.culvert.testkit.service.ScriptedService.OfRouting;
import org.culvert.testkit.time.ManualClock;
import org.junit.jupiter.api.Test;

class DutyCommandsTest {
  private final Recording provisioning = new Recording();
  private final FakeServices services =
      new FakeServices()
          .add(DnsRegistrar.class, new OfNames("bind@192.0.2.53"))
          .add(RoutingService.class, new OfRouting("bird", RoutingProtocol.BGP))
          .add(ServiceAdministration.class, provisioning);

  @Test
  void dutiesAreListedWithTheirProblemInEightyColumns() throws Exception {
    String printed = run(new DutiesCommand());

    assertThat(printed)
        .contains("bind@192.0.2.53: it does not answer: \"timed out\" é")
        .contains("withdrawn  failed");
    assertThat(printed.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void dutiesAreFiltered() throws Exception {
    DutiesCommand failed = new DutiesCommand();
    failed.state = "failed";
    assertThat(run(failed)).contains("frr").doesNotContain("bind");

    DutiesCommand dns = new DutiesCommand();
    dns.kind = "dns";
    assertThat(run(dns)).contains("bind").doesNotContain("frr");

    DutiesCommand tunnel = new DutiesCommand();
    tunnel.words = List.of("lease-2");
    assertThat(run(tunnel)).contains("frr").doesNotContain("bind");

    DutiesCommand user = new DutiesCommand();
    user.user = "nobody";
    assertThat(run(user)).isEqualTo("none\n");
  }

  @Test
  void jsonHasEveryValue() throws Exception {
    DutiesCommand command = new DutiesCommand();
    command.json = true;

    assertThat(run(command))
        .contains("\"tries\": 3", "\"since\": \"2026-01-01T00:00:00Z\"", "\"state\": \"queued\"")
        .contains("\"user\": \"anonymous-\\u000a\"");
  }

  @Test
  void servicesThatAreThereAndThatAreMissingAreCounted() throws Exception {
    String printed = run(new ServicesCommand());

    assertThat(printed.lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "KIND SERVICE THERE DONE QUEUED FAILED RANKING",
            "dns bind@192.0.2.53 yes 0 1 0 0",
            "routing bird yes 0 0 0 0",
            "routing frr no 0 0 1 -");
  }

  @Test
  void servicesAreShownAndMissingProvisioningIsTold() throws Exception {
    ServicesCommand command = new ServicesCommand();
    command.context =
        new FakeServices()
            .add(RoutingService.class, new OfRouting("bird", RoutingProtocol.BGP))
            .context();

    assertThat(print(command)).contains("bird", "Provisioning is not running here");

    for (ShellCommand none :
        List.of(
            new ServicesCommand(),
            new DutiesCommand(),
            new RetryCommand(),
            new ForgetCommand(),
            new VerifyServicesCommand())) {
      none.context = new FakeServices().context();
      assertThatThrownBy(() -> print(none)).hasMessageContaining("Provisioning is not running");
    }
  }

  @Test
  void retriesOneTunnelOrAll() throws Exception {
    RetryCommand one = new RetryCommand();
    one.words = List.of("lease-1");
    assertThat(run(one)).startsWith("Trying 2 duties");
    run(new RetryCommand());
    assertThat(provisioning.asked).containsExactly("retry lease-1", "retry ");

    RetryCommand unset = new RetryCommand();
    unset.words = List.of("");
    assertThatThrownBy(() -> run(unset)).hasMessage("The id is empty.");
    RetryCommand ambiguous = new RetryCommand();
    ambiguous.words = List.of("lease");
    assertThatThrownBy(() -> run(ambiguous)).hasMessage("2 tunnels begin with lease.");
    RetryCommand unknown = new RetryCommand();
    unknown.words = List.of("\u001b[2J");
    assertThatThrownBy(() -> run(unknown)).hasMessageContaining("\\u001b[2J");
  }

  @Test
  void forgetsAndVerifies() throws Exception {
    ForgetCommand forget = new ForgetCommand();
    forget.words = List.of("frr");
    assertThat(run(forget)).isEqualTo("Forgotten: 1 duty of frr.\n");

    assertThat(run(new VerifyServicesCommand())).isEqualTo("user-1: it is not there\n");
    provisioning.found = List.of();
    assertThat(run(new VerifyServicesCommand())).isEqualTo("All is as it was provided.\n");
  }

  @Test
  void tunnelTellsWhatWasAgreedAndWhatIsProvided() {
    Map<String, Object> row = new LinkedHashMap<>();
    Duty duty = SampleDuties.queued(1);
    Surroundings.agreed(row, duty.tunnel().arrangements());
    Surroundings.provided(
        row, List.of(duty), List.of("a AAAA", "b PTR"), ManualClock.START.plusSeconds(60));

    assertThat(Json.write(row))
        .contains("\"for\": {\"seconds\": 60}", "\"problem\": \"it does not answer");
    assertThat(row.get("in the DNS"))
        .hasToString(
            "[provided at bind@192.0.2.53: queued for 1m0s,"
                + " it does not answer: \"timed out\" é]");
    assertThat(row)
        .containsEntry("name", "user-1.example.org")
        .containsEntry("name servers", "ns1.example.net, 2001:db8:5::53")
        .containsEntry("routing", "bgp, AS 64512 with AS 64500")
        .containsEntry("has", List.of("a AAAA", "b PTR"));

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Listing.printOne(new PrintStream(out, true, StandardCharsets.UTF_8), false, 80, row);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("has           a AAAA\n", " b PTR\n");

    Map<String, Object> nothing = new LinkedHashMap<>();
    Surroundings.agreed(nothing, Arrangements.NONE);
    assertThat(nothing).containsEntry("name", "").containsEntry("routing", "");
  }

  private String run(ShellCommand command) throws Exception {
    command.context = services.context();
    return print(command);
  }

  private static String print(ShellCommand command) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    command.width = 80;
    command.run(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static final class Recording implements ServiceAdministration {
    final List<String> asked = new ArrayList<>();
    List<String> found = List.of("user-1: it is not there");

    @Override
    public List<Duty> duties() {
      return List.of(SampleDuties.queued(1), SampleDuties.bare(2));
    }

    @Override
    public CompletionStage<List<String>> details(String id) {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public int retry(String id) {
      asked.add("retry " + id);
      return 2;
    }

    @Override
    public CompletionStage<Integer> forget(String service) {
      return CompletableFuture.completedFuture(1);
    }

    @Override
    public CompletionStage<List<String>> verify(String id) {
      return CompletableFuture.completedFuture(found);
    }
  }
}
