package org.culvert.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.culvert.api.net.IpAddresses;
import org.junit.jupiter.api.Test;

class UserAddressesTest {
  private static String text(String address, int port) {
    return UserAddresses.text(new InetSocketAddress(IpAddresses.parse(address), port));
  }

  @Test
  void addressesAreShownAsTheyAreByDefault() {
    assertThat(text("192.0.2.1", 3653)).isEqualTo("192.0.2.1:3653");
    assertThat(text("2001:db8::1", 3653)).isEqualTo("[2001:db8::1]:3653");
    assertThat(text("2001:db8::1", 0)).isEqualTo("2001:db8::1");
  }

  @Test
  void formSetLastIsInForceUntilItEnds() {
    UserAddresses.Registration first = UserAddresses.in(address -> "first");
    UserAddresses.Registration second = UserAddresses.in(address -> "second");

    assertThat(text("192.0.2.1", 1)).isEqualTo("second:1");
    first.close();
    assertThat(text("192.0.2.1", 1)).isEqualTo("second:1");
    second.close();
    second.close();
    assertThat(text("192.0.2.1", 1)).isEqualTo("192.0.2.1:1");
  }
}
