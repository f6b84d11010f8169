package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static final BrokerAddress BROKER = BrokerAddress.parse("192.0.2.1", 3653);

  @Test
  void showsTheWordsOfAnotherKindOfBrokerBesideOurs() {
    assertThat(text(StatusCode.UNSUPPORTED_TUNNEL_TYPE, "No suitable tunnel for v6v4 found"))
        .startsWith(
            "192.0.2.1:3653: 303 Unsupported tunnel type"
                + " (it said: \"No suitable tunnel for v6v4 found\"); ");
    assertThat(text(StatusCode.AUTHENTICATION_FAILED, "Account expired"))
        .contains("300 Authentication failed (it said: \"Account expired\"); check user");
  }

  @Test
  void showsWhatABrokerOfOursAdvises() {
    assertThat(
            text(
                StatusCode.PREFIX_UNAVAILABLE,
                "Requested prefix length cannot be assigned; you have a /64, ask for that"))
        .startsWith(
            "192.0.2.1:3653: 507 Requested prefix length cannot be assigned"
                + " (it said: \"you have a /64, ask for that\"); ask for another prefixLength");
    assertThat(
            text(
                StatusCode.ADDRESS_POOL_EXHAUSTED,
                StatusCode.ADDRESS_FOR_ANONYMOUS.text() + "; log in with an account"))
        .contains("306 Anonymous users get no tunnel here", "; set user and password in etc/")
        .doesNotContain("exhausted");
    assertThat(
            text(StatusCode.ADDRESS_IN_USE, StatusCode.ACCOUNT_IN_USE.text() + "; wait a minute"))
        .contains("give each host an account of its own", "(it said: \"wait a minute\")");
  }

  @Test
  void saysNothingTwice() {
    assertThat(text(StatusCode.SERVER_ERROR, "server side error"))
        .isEqualTo("192.0.2.1:3653: 310 Server side error");
    assertThat(text(StatusCode.AUTHENTICATION_FAILED, ""))
        .startsWith("192.0.2.1:3653: 300 Authentication failed; check user");
  }

  @Test
  void showsTheWordsOfABrokerThatRefusesAfterAll() {
    TspException refusal =
        TspException.ofPeer(StatusCode.SERVER_ERROR, "no room", Optional.empty());

    assertThat(Failure.refusedAfterAll("b", refusal).text()).contains("(it said: \"no room\")");
  }

  private static String text(StatusCode code, String words) {
    return Failure.of(BROKER, TspException.ofPeer(code, words, Optional.empty()), Wishes.NONE)
        .text();
  }
}
