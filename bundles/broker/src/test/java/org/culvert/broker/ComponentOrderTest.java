package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;

/** Pools that are configured are there before the broker starts, so it starts once. */
class ComponentOrderTest {

  @Test
  void poolsAreEnabledBeforeTheBroker() throws Exception {
    try (InputStream file = Files.newInputStream(Path.of("target/classes/META-INF/MANIFEST.MF"))) {
      String components = new Manifest(file).getMainAttributes().getValue("Service-Component");

      assertThat(components)
          .containsSubsequence(
              "org.culvert.broker.AllocationPolicy.xml", "org.culvert.broker.Broker.xml");
    }
  }
}
