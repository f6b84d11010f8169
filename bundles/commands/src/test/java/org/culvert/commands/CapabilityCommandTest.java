package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.SaslProperties;
import org.junit.jupiter.api.Test;

class CapabilityCommandTest {

  @Test
  void everyMechanismOfAServiceHasALineOfItsOwn() {
    CapabilityCommand command = new CapabilityCommand();
    command.context =
        new FakeServices()
            .add(
                CredentialStore.class,
                user -> Optional.empty(),
                Map.of(SaslProperties.MECHANISM, new String[] {"SCRAM-SHA-1", "SCRAM-SHA-256"}))
            .context();
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    command.run(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "SERVICE          OFFERS         BUNDLE",
            "CredentialStore  SCRAM-SHA-1",
            "CredentialStore  SCRAM-SHA-256");
  }
}
