package org.culvert.api.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TspExceptionTest {

  @Test
  void carriesTheCodeAndNoReferralUnlessTold() {
    TspException refused = new TspException(StatusCode.SERVER_BUSY, "queue full");

    assertThat(refused.code()).isEqualTo(StatusCode.SERVER_BUSY);
    assertThat(refused.referral()).isEmpty();
    assertThat(refused).hasMessage("530 queue full").hasNoCause();
  }

  @Test
  void keepsTheCause() {
    IOException cause = new IOException("disk");

    assertThat(new TspException(StatusCode.SERVER_ERROR, "store", cause)).hasCause(cause);
  }

  @Test
  void carriesTheReferralWhileTheCodeStaysBelowAThousand() {
    Referral referral = new Referral(List.of("198.51.100.7"));
    TspException refused = new TspException(StatusCode.NO_MORE_TUNNELS, "full", referral);

    assertThat(refused.referral()).contains(referral);
    assertThat(refused.code().number()).isEqualTo(301);
  }

  @Test
  void referralNamesAtLeastOneBrokerAndKeepsItsOwnList() {
    List<String> brokers = new ArrayList<>(List.of("ts1.example"));
    Referral referral = new Referral(brokers);
    brokers.clear();

    assertThat(referral.brokers()).containsExactly("ts1.example");
    assertThatIllegalArgumentException().isThrownBy(() -> new Referral(List.of()));
  }

  @Test
  void keepsAllWhenItIsFoundToBeTheWordOfProvedPeer() {
    TspException refusal =
        new TspException(StatusCode.NO_MORE_TUNNELS, "full", new Referral(List.of("ts1.example")));

    TspException proved = refusal.ofProvedPeer();

    assertThat(refusal.isOfProvedPeer()).isFalse();
    assertThat(proved.isOfProvedPeer()).isTrue();
    assertThat(proved.code()).isEqualTo(refusal.code());
    assertThat(proved.referral()).isEqualTo(refusal.referral());
    assertThat(proved).hasMessage(refusal.getMessage()).hasCause(refusal);
  }

  @Test
  void carriesWhatThePeerCanDoAboutItToTheOneWhoWritesIt() {
    TspException plain = new TspException(StatusCode.PREFIX_UNAVAILABLE, "has one");

    TspException advising = plain.advising("ask for a /64");

    assertThat(plain.advice()).isEmpty();
    assertThat(advising.advice()).contains("ask for a /64");
    assertThat(advising.code()).isEqualTo(plain.code());
    assertThat(advising).hasMessage("507 has one; advised: ask for a /64");
    assertThatIllegalArgumentException().isThrownBy(() -> plain.advising("two\r\nlines"));
    assertThatIllegalArgumentException().isThrownBy(() -> plain.advising("x".repeat(121)));
  }
}
