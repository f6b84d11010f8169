package org.culvert.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigurationValuesTest {
  @interface Config {
    String name() default "nobody";

    String password_file() default "";

    String[] servers() default {"one"};

    boolean open() default true;

    int number() default 7;

    long most() default 8;
  }

  @Test
  void whatIsNotWrittenHasItsDefault() {
    Config config = ConfigurationValues.as(Config.class, Map.of());

    assertThat(config.name()).isEqualTo("nobody");
    assertThat(config.servers()).containsExactly("one");
    assertThat(config.open()).isTrue();
    assertThat(config.number()).isEqualTo(7);
    assertThat(config.most()).isEqualTo(8);
  }

  @Test
  void textOfAFileBecomesWhatTheKeyIs() {
    Config config =
        ConfigurationValues.as(
            Config.class,
            Map.of(
                "name", " alice ",
                "password.file", "secret",
                "servers", "a, b",
                "open", "false",
                "number", " 12",
                "most", "4294967295"));

    assertThat(config.name()).isEqualTo(" alice ");
    assertThat(config.password_file()).isEqualTo("secret");
    assertThat(config.servers()).containsExactly("a, b");
    assertThat(config.open()).isFalse();
    assertThat(config.number()).isEqualTo(12);
    assertThat(config.most()).isEqualTo(4_294_967_295L);
  }

  @Test
  void valuesThatComeWithTheirTypeAreTaken() {
    Config config =
        ConfigurationValues.as(
            Config.class, Map.of("servers", List.of("a", "b"), "open", false, "number", 12));

    assertThat(config.servers()).containsExactly("a", "b");
    assertThat(config.open()).isFalse();
    assertThat(config.number()).isEqualTo(12);
    assertThat(
            ConfigurationValues.as(Config.class, Map.of("servers", new String[] {"a", "b"}))
                .servers())
        .containsExactly("a", "b");
  }

  @Test
  void whatIsConfiguredAlikeIsEqual() {
    Map<String, Object> written = Map.of("servers", new String[] {"a", "b"}, "number", " 12");
    Map<String, Object> same = Map.of("servers", List.of("a", "b"), "number", 12, "open", true);

    assertThat(values(written)).isEqualTo(values(same)).containsEntry("password.file", "");
    assertThat(values(written)).isNotEqualTo(values(Map.of("servers", List.of("a", "b"))));
  }

  private static Map<String, Object> values(Map<String, Object> written) {
    return ConfigurationValues.of(Config.class, ConfigurationValues.as(Config.class, written));
  }
}
