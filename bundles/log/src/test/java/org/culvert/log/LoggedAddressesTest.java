package org.culvert.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoggedAddressesTest {
  private static final InetAddress ONE = IpAddresses.parse("192.0.2.1");
  private static final InetAddress OTHER = IpAddresses.parse("192.0.2.2");

  @TempDir private Path folder;

  private LoggedAddresses start(String addresses) {
    return new LoggedAddresses(addresses, folder);
  }

  @Test
  void addressesStandAsTheyAreByDefault() {
    LoggedAddresses plain = start("plain");

    assertThat(UserAddresses.text(ONE)).isEqualTo("192.0.2.1");
    assertThat(folder).isEmptyDirectory();
    plain.close();
  }

  @Test
  @Threat("T28")
  void hashTellsAddressesApartAndIsTheSameAfterARestart() throws Exception {
    LoggedAddresses hashed = start("hashed");
    String before = UserAddresses.text(ONE);
    assertThat(before).matches("#[0-9a-f]{16}").isNotEqualTo(UserAddresses.text(OTHER));
    hashed.close();

    assertThat(UserAddresses.text(ONE)).isEqualTo("192.0.2.1");
    LoggedAddresses again = start("Hashed");
    assertThat(UserAddresses.text(ONE)).isEqualTo(before);
    again.close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
        .isEqualTo("rw-------");
  }

  @Test
  @Threat("T28")
  void hashOfAnotherBrokerIsAnother() throws Exception {
    LoggedAddresses hashed = start("hashed");
    String before = UserAddresses.text(ONE);
    hashed.close();
    Files.delete(key());

    LoggedAddresses other = start("hashed");
    assertThat(UserAddresses.text(ONE)).isNotEqualTo(before);
    other.close();
  }

  @Test
  void whatCannotBeMeantIsRefusedWithTheRemedy() throws Exception {
    assertThatThrownBy(() -> start("none"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("addresses")
        .hasMessageContaining("write plain, or hashed");

    Files.write(key(), new byte[3]);
    assertThatThrownBy(() -> start("hashed"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("delete it");
    assertThat(UserAddresses.text(ONE)).isEqualTo("192.0.2.1");
  }

  private Path key() {
    return folder.resolve("log-key");
  }
}
