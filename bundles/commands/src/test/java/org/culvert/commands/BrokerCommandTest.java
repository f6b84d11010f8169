package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.Test;

class BrokerCommandTest {
  private static final BrokeredTunnel ONE = tunnel(1);
  private static final BrokeredTunnel TWELVE = tunnel(12);
  private static final BrokeredTunnel TWO = tunnel(2);

  @Test
  void takesTheBeginningOfAnId() throws CommandException {
    assertThat(BrokerCommand.choose(List.of(ONE, TWO), "lease-2")).isEqualTo(TWO);
    assertThat(BrokerCommand.choose(List.of(ONE), "le")).isEqualTo(ONE);
  }

  @Test
  void wholeIdWinsOverLongerOnes() throws CommandException {
    assertThat(BrokerCommand.choose(List.of(TWELVE, ONE), "lease-1")).isEqualTo(ONE);
  }

  @Test
  void refusesAnEmptyId() {
    assertThatThrownBy(() -> BrokerCommand.choose(List.of(ONE), "")).hasMessage("The id is empty.");
  }

  @Test
  void refusesWhatIsAmbiguousOrUnknown() {
    assertThatThrownBy(() -> BrokerCommand.choose(List.of(ONE, TWO), "lease"))
        .hasMessage("2 tunnels begin with lease.");
    assertThatThrownBy(() -> BrokerCommand.choose(List.of(ONE), "\u001b[2J"))
        .hasMessage("There is no tunnel \\u001b[2J.");
  }

  private static BrokeredTunnel tunnel(int number) {
    return new BrokeredTunnel(SampleLeases.active(number), Optional.empty());
  }
}
