package org.culvert.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.registry.Settings.Show;
import org.culvert.testkit.debian.DebianPackages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The registry as the public sees it, over sockets. */
class RegistryTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final int LIMIT = 12;

  private Registry registry;
  private int whois;
  private int rdap;

  @BeforeEach
  void listen() throws IOException {
    Settings usual = Samples.settings(Show.HANDLE);
    registry =
        new Registry(
            new Settings(
                List.of(ANY_PORT),
                List.of(ANY_PORT),
                usual.rdapUrl(),
                usual.networks(),
                usual.organisation(),
                usual.contact(),
                usual.abuseMailbox(),
                usual.country(),
                usual.source(),
                usual.show(),
                Map.of("carol", "C1-EXAMPLE"),
                LIMIT,
                4));
    for (AutoCloseable open : registry.open()) {
      if (open instanceof WhoisServer server) {
        whois = server.port();
      } else if (open instanceof RdapServer server) {
        rdap = server.port();
      }
    }
    registry.changed(Samples.lease(7, "alice"));
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void answersTheWhoisClientOfDebian() throws Exception {
    assumeTrue(DebianPackages.provide("/usr/bin/whois=whois"), "needs whois");
    Process client =
        new ProcessBuilder(
                "whois", "-h", "127.0.0.1", "-p", String.valueOf(whois), "2001:db8:1:7::1")
            .redirectErrorStream(true)
            .start();

    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("inet6num:       2001:db8:1:7::/64", "nic-hdl:        ALICE-EXAMPLE");
  }

  @Test
  void refusesALineThatIsTooLong() throws IOException {
    assertThat(ask("x".repeat(Whois.MOST + 1) + "\r\n")).contains("%ERROR:107");
    assertThat(ask("x".repeat(Whois.MOST) + "\n")).contains("%ERROR:101");
  }

  @Test
  void answersOneSourceSoOftenAndNoMore() throws IOException {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(ask("2001:db8:1:7::1\r\n")).contains("inet6num");
    }

    assertThat(ask("2001:db8:1:7::1\r\n")).contains("%ERROR:201").doesNotContain("inet6num");
  }

  @Test
  void tellsANetworkByRdap() throws Exception {
    HttpResponse<String> answer = get("/ip/2001:db8:1:7::1");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/rdap+json");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertWellFormed(answer.body());
    assertThat(answer.body())
        .contains(
            "\"rdapConformance\":[\"rdap_level_0\"]",
            "\"objectClassName\":\"ip network\"",
            "\"startAddress\":\"2001:db8:1:7::\"",
            "\"endAddress\":\"2001:db8:1:7:ffff:ffff:ffff:ffff\"",
            "\"handle\":\"ALICE-EXAMPLE\"",
            "\"href\":\"https://rdap.example.net/ip/2001:db8:1:7::/64\"")
        .doesNotContain("alice");
  }

  @ParameterizedTest
  @CsvSource({
    "/ip/2001:db8:1:7::/64, 200",
    "/ip/2001:db8::/32, 200",
    "/entity/ALICE-EXAMPLE, 200",
    "/entity/OPS1-EXAMPLE, 200",
    "/help, 200",
    "/ip/2001:db9::1, 404",
    "/ip/192.0.2.1, 404",
    "/entity/BOB-EXAMPLE, 404",
    "/ip/x, 400",
    "/ip/2001:db8::/129, 400",
    "/domain/example.net, 501",
    "/, 501"
  })
  void answersRdapWithItsStatus(String path, int status) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertWellFormed(answer.body());
    if (status != 200) {
      assertThat(answer.body()).contains("\"errorCode\":" + status);
    }
  }

  @Test
  void answersNothingButGetAndHead() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest head =
        HttpRequest.newBuilder(uri("/ip/2001:db8:1:7::1"))
            .method("HEAD", BodyPublishers.noBody())
            .build();
    HttpRequest post =
        HttpRequest.newBuilder(uri("/ip/2001:db8:1:7::1")).POST(BodyPublishers.noBody()).build();

    assertThat(client.send(head, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    assertThat(get("/ip/" + "1".repeat(300)).statusCode()).isEqualTo(414);
  }

  @Test
  void tellsRdapToo429WhereThereAreTooManyQueries() throws Exception {
    for (int i = 0; i < LIMIT; i++) {
      get("/help");
    }

    assertThat(get("/help").statusCode()).isEqualTo(429);
  }

  @Test
  void admitsUsersWithAHandleOfTheirOwn() {
    assertThat(registry.admit("alice")).isEqualTo("ALICE-EXAMPLE");
    assertThat(registry.admit("carol")).isEqualTo("C1-EXAMPLE");
    assertNotAdmitted("Alice");
    assertNotAdmitted("...");
  }

  @Test
  void namesTheAddressThatCannotBeListenedAt() {
    Settings usual = Samples.settings(Show.NONE);
    InetSocketAddress taken = new InetSocketAddress(ANY_PORT.getAddress(), whois);

    assertThatThrownBy(
            () ->
                new Registry(
                    new Settings(
                        List.of(taken),
                        List.of(),
                        Optional.empty(),
                        usual.networks(),
                        usual.organisation(),
                        usual.contact(),
                        usual.abuseMailbox(),
                        usual.country(),
                        usual.source(),
                        usual.show(),
                        usual.handles(),
                        1,
                        1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("etc/org.culvert.registry.cfg")
        .hasMessageContaining(String.valueOf(whois));
  }

  private void assertNotAdmitted(String user) {
    assertThatThrownBy(() -> registry.admit(user))
        .isInstanceOfSatisfying(
            TspException.class, e -> assertThat(e.code()).isEqualTo(StatusCode.INVALID_NAME));
  }

  private String ask(String query) throws IOException {
    try (Socket socket = new Socket(ANY_PORT.getAddress(), whois)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(query.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + rdap + path);
  }

  private static void assertWellFormed(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {
        assertThat(parser.currentToken()).isNotNull();
      }
    }
  }
}
