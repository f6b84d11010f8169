package org.culvert.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusCodeTest {

  @ParameterizedTest
  @CsvSource({
    "200, SUCCESS",
    "300, AUTHENTICATION_FAILED",
    "301, NO_MORE_TUNNELS",
    "302, UNSUPPORTED_VERSION",
    "303, UNSUPPORTED_TUNNEL_TYPE",
    "306, ADDRESS_POOL_EXHAUSTED",
    "307, ENDPOINT_CONFIGURATION_ERROR",
    "308, ADDRESS_UNAVAILABLE",
    "309, INVALID_IPV6_ADDRESS_OF_DRAFT",
    "310, SERVER_ERROR",
    "500, INVALID_REQUEST",
    "501, INVALID_IPV4_ADDRESS",
    "502, INVALID_IPV6_ADDRESS",
    "504, ROUTER_NOT_SUPPORTED",
    "506, ADDRESS_IN_USE",
    "507, PREFIX_UNAVAILABLE",
    "509, DNS_DELEGATION_ERROR",
    "514, PROTOCOL_ERROR",
    "517, UNSUPPORTED_ROUTER_PROTOCOL",
    "518, UNSUPPORTED_PREFIX_LENGTH",
    "520, MISSING_PREFIX_LENGTH",
    "521, REQUEST_PENDING",
    "522, PREFIX_FOR_ANONYMOUS",
    "530, SERVER_BUSY",
  })
  // demands: R-B-3 D-B-2
  void numbersAreThoseOfTheDraftAndTheRfc(int number, StatusCode code) {
    assertThat(StatusCode.of(number)).contains(code);
    assertThat(code.number()).isEqualTo(number);
  }

  @Test
  void noNumberIsMissingFromTheTableAbove() {
    Set<StatusCode> second =
        Set.of(
            StatusCode.INVALID_NAME, StatusCode.ACCOUNT_IN_USE, StatusCode.ADDRESS_FOR_ANONYMOUS);
    assertThat(StatusCode.values()).hasSize(24 + second.size());
    assertThat(
            Arrays.stream(StatusCode.values())
                .filter(code -> !second.contains(code))
                .map(StatusCode::number))
        .doesNotHaveDuplicates();
  }

  @Test
  void onlyTheNumberThatTheDocumentsDisagreeOnHasTwoMeanings() {
    assertThat(StatusCode.INVALID_NAME.number())
        .isEqualTo(StatusCode.INVALID_IPV6_ADDRESS.number())
        .isEqualTo(502);
    assertThat(StatusCode.of(502)).contains(StatusCode.INVALID_IPV6_ADDRESS);
  }

  @Test
  void anAccountInUseIsToldByTheNumberOfAnAddressInUse() {
    assertThat(StatusCode.ACCOUNT_IN_USE.number()).isEqualTo(StatusCode.ADDRESS_IN_USE.number());
    assertThat(StatusCode.of(506)).contains(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void aTunnelThatIsNotForAnonymousUsersIsToldByTheNumberOfAnEmptyPool() {
    assertThat(StatusCode.ADDRESS_FOR_ANONYMOUS.number())
        .isEqualTo(StatusCode.ADDRESS_POOL_EXHAUSTED.number());
    assertThat(StatusCode.of(306)).contains(StatusCode.ADDRESS_POOL_EXHAUSTED);
  }

  @Test
  void textOfSuccessIsTheOneThatAnOldClientCompares() {
    assertThat(StatusCode.SUCCESS.text()).isEqualTo("Success");
  }

  @Test
  void textsFitOnOneLine() {
    assertThat(StatusCode.values())
        .allSatisfy(code -> assertThat(code.text()).matches("[ -~]{1,60}"));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 199, 201, 599, 1200, 1301})
  void otherNumbersAreUnknown(int number) {
    assertThat(StatusCode.of(number)).isEmpty();
  }
}
