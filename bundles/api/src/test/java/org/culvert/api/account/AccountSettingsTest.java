package org.culvert.api.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccountSettingsTest {

  @Test
  void oneSettingIsChangedAndTheOthersStay() {
    AccountPolicy tlsOnly = new AccountPolicy(Set.of("plain"), true);
    AccountSettings settings = AccountSettings.USUAL.digestMd5(true).policy(tlsOnly).enabled(false);

    assertThat(settings).isEqualTo(new AccountSettings(false, true, tlsOnly));
    assertThat(settings.enabled(true).digestMd5(false).policy(AccountPolicy.ANY))
        .isEqualTo(AccountSettings.USUAL);
  }

  @Test
  void policyAllowsItsMechanismsOnTheConnectionsItNames() {
    AccountPolicy policy = new AccountPolicy(Set.of("plain"), true);

    assertThat(policy.allows("PLAIN", true)).isTrue();
    assertThat(policy.allows("PLAIN", false)).isFalse();
    assertThat(policy.allows("DIGEST-MD5", true)).isFalse();
    assertThat(AccountPolicy.ANY.allows("DIGEST-MD5", false)).isTrue();
  }

  @Test
  void mechanismStandsForItsVariantWithChannelBindingAndNotTheOtherWayRound() {
    AccountPolicy scram = new AccountPolicy(Set.of("SCRAM-SHA-256"), false);
    AccountPolicy bound = new AccountPolicy(Set.of("SCRAM-SHA-256-PLUS"), false);

    assertThat(scram.allows("scram-sha-256-plus", true)).isTrue();
    assertThat(scram.allows("SCRAM-SHA-1-PLUS", true)).isFalse();
    assertThat(bound.allows("SCRAM-SHA-256-PLUS", true)).isTrue();
    assertThat(bound.allows("SCRAM-SHA-256", true)).isFalse();
  }

  @Test
  void summaryKeepsItsOwnList() {
    List<String> mechanisms = new ArrayList<>(List.of("PLAIN"));
    AccountSummary summary =
        new AccountSummary("alice", AccountSettings.USUAL, mechanisms, Optional.empty());
    mechanisms.clear();

    assertThat(summary.mechanisms()).containsExactly("PLAIN");
  }

  @Test
  void refusalSaysCauseAndRemedy() {
    AccountException refusal = new AccountException("There is no user bob.", "Create it.");

    assertThat(refusal).hasMessage("There is no user bob.").hasNoCause();
    assertThat(refusal.remedy()).isEqualTo("Create it.");
    assertThat(refusal.getStackTrace()).isEmpty();
  }
}
