package org.culvert.protocol.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelDocumentTest {
  private static final String HOST = "<client><address type=\"ipv4\">192.0.2.1</address></client>";

  @Test
  void passesOverWhatItDoesNotKnow() throws IOException {
    TunnelElement tunnel =
        read(
            "<tunnel action=\"create\" color=\"red\"><x y=\"1\"><z>text</z></x>"
                + "<client a=\"b\"><address type=\"ipv4\" scope=\"all\">192.0.2.1</address>"
                + "<unknown/>stray text<!-- a comment --><address type=\"dn\">a.example</address>"
                + "</client></tunnel>");

    assertThat(tunnel.action()).contains("create");
    assertThat(tunnel.client().addresses()).hasSize(2);
    assertThat(tunnel.client().addresses().get(0).text()).isEqualTo("192.0.2.1");
  }

  @Test
  void isLenientInCaseAndWhiteSpace() throws IOException {
    TunnelElement tunnel =
        read(
            "\r\n <TUNNEL Action=\" CREATE \" Proxy='YES'>\n<Client>\n<Address TYPE = \"IPv4\" >\n"
                + "\t192.0.2.1\r\n</Address></Client></TUNNEL>\n");

    assertThat(tunnel.action()).contains("create");
    assertThat(tunnel.proxy()).isTrue();
    assertThat(tunnel.client().addresses().get(0).type()).isEqualTo("ipv4");
    assertThat(tunnel.client().addresses().get(0).text()).isEqualTo("192.0.2.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<tunnel action=\"create\"><client/><server/></tunnel>",
        "<tunnel action=\"create\"><client></client><router/></tunnel>",
        "<tunnel action=\"create\"><client> <keepalive interval=\"3\"/> </client></tunnel>",
        "<tunnel action=\"create\"><client><address/><router/></client></tunnel>",
        "<tunnel action=\"create\"><client><router><as/><prefix/></router></client></tunnel>",
        "<tunnel action=\"create\"/>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><tunnel action=\"create\"></tunnel>",
        "<t:tunnel xmlns:t=\"urn:x\" action=\"create\"><t:client/></t:tunnel>",
        "<tunnel action=\"create\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"
            + "<client i:nil=\"true\"/></tunnel>"
      })
  void readsEmptyElements(String document) throws IOException {
    assertThat(read(document).action()).contains("create");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "text",
        "<",
        "<tunnel",
        "<tunnel action=\"create\">",
        "<tunnel action=\"create\"></client>",
        "<tunnel action=create></tunnel>",
        "<tunnel action=\"create\" action=\"delete\"></tunnel>",
        "<broker></broker>",
        "<tunnel></tunnel><tunnel></tunnel>",
        "<tunnel></tunnel>text",
        "<tunnel>&undeclared;</tunnel>",
        "<tunnel><?target data?></tunnel>",
        "<?target data?><tunnel></tunnel>",
        "<tunnel></tunnel><?target data?>",
        "<!DOCTYPE tunnel><tunnel></tunnel>",
        "<!DOCTYPE tunnel [<!ENTITY a \"b\">]><tunnel>&a;</tunnel>",
        "<!DOCTYPE tunnel SYSTEM \"http://192.0.2.1/x.dtd\"><tunnel></tunnel>",
        "<tunnel action=\"\u0000\"></tunnel>"
      })
  @Threat("T7")
  void refusesWhatIsNotOneTunnelElement(String document) {
    assertThatThrownBy(() -> read(document)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesOctetsThatAreNotUtf8() {
    byte[] document = "<tunnel action=\"\u00e9\"/>".getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> TunnelDocument.read(document)).isInstanceOf(IOException.class);
  }

  @Test
  @Threat("T7")
  void refusesEntitiesThatGrow() {
    StringBuilder bomb = new StringBuilder("<!DOCTYPE tunnel [<!ENTITY a0 \"ha\">");
    for (int i = 1; i < 30; i++) {
      bomb.append("<!ENTITY a").append(i).append(" \"&a").append(i - 1).append(";&a");
      bomb.append(i - 1).append(";\">");
    }
    bomb.append("]><tunnel action=\"&a29;\">&a29;</tunnel>");

    assertThatThrownBy(() -> read(bomb.toString())).isInstanceOf(IOException.class);
  }

  @Test
  @Threat("T7")
  void fetchesNothing() throws IOException {
    AtomicInteger fetches = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          fetches.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "\"http://127.0.0.1:" + server.getAddress().getPort() + "/x\"";
      for (String document :
          List.of(
              "<!DOCTYPE tunnel SYSTEM " + url + "><tunnel></tunnel>",
              "<!DOCTYPE tunnel [<!ENTITY x SYSTEM " + url + ">]><tunnel>&x;</tunnel>",
              "<!DOCTYPE tunnel [<!ENTITY % x SYSTEM " + url + ">%x;]><tunnel></tunnel>")) {
        assertThatThrownBy(() -> read(document)).isInstanceOf(IOException.class);
      }
    } finally {
      server.stop(0);
    }
    assertThat(fetches).hasValue(0);
  }

  @Test
  @Threat("T7")
  void limitsOctets() throws IOException {
    String end = "</tunnel>";
    String start = "<tunnel action=\"create\">";
    int room = TunnelDocument.MAX_OCTETS - start.length() - end.length();

    assertThat(read(start + " ".repeat(room) + end).action()).contains("create");
    assertThatThrownBy(() -> read(start + " ".repeat(room + 1) + end))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("octets");
  }

  @Test
  @Threat("T7")
  void limitsDepth() throws IOException {
    int deepest = TunnelDocument.MAX_DEPTH - 1;

    assertThat(read(nested(deepest)).action()).contains("create");
    assertThatThrownBy(() -> read(nested(deepest + 1))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(nested(1000))).isInstanceOf(IOException.class);
  }

  private static String nested(int depth) {
    return "<tunnel action=\"create\">"
        + "<x>".repeat(depth)
        + "</x>".repeat(depth)
        + HOST
        + "</tunnel>";
  }

  @Test
  @Threat("T7")
  void limitsElements() throws IOException {
    int most = (int) TunnelDocument.MAX_ELEMENTS - 1;

    assertThat(read(flat(most)).action()).contains("create");
    assertThatThrownBy(() -> read(flat(most + 1))).isInstanceOf(IOException.class);
  }

  private static String flat(int count) {
    return "<tunnel action=\"create\">" + "<x></x>".repeat(count) + "</tunnel>";
  }

  @Test
  @Threat("T7")
  void limitsAttributes() throws IOException {
    int most = TunnelDocument.MAX_ATTRIBUTES - 1;

    assertThat(read(attributes(most)).action()).contains("create");
    assertThatThrownBy(() -> read(attributes(most + 1))).isInstanceOf(IOException.class);
  }

  private static String attributes(int count) {
    StringBuilder document = new StringBuilder("<tunnel action=\"create\"");
    for (int i = 0; i < count; i++) {
      document.append(" a").append(i).append("=\"\"");
    }
    return document.append("></tunnel>").toString();
  }

  @Test
  @Threat("T7")
  void limitsTheLengthOfAnAttribute() {
    String document = "<tunnel action=\"create\" x=\"" + "y".repeat(8000) + "\"></tunnel>";

    assertThatThrownBy(() -> read(document)).isInstanceOf(IOException.class);
  }

  private static TunnelElement read(String document) throws IOException {
    return TunnelDocument.read(document.getBytes(StandardCharsets.UTF_8));
  }
}
