package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(
            new ConnectException("Connection refused: /192.0.2.1:3653"), "connection refused"),
        Arguments.of(
            new ConnectException(
                "connect(..) failed with error(-111): Connection refused: /192.0.2.1:3653"),
            "connection refused"),
        Arguments.of(new PortUnreachableException(), "connection refused"),
        Arguments.of(
            new ConnectTimeoutException("connection timed out after 10000 ms: /192.0.2.1:3653"),
            "no answer"),
        Arguments.of(new ConnectException("Connection timed out: /192.0.2.1:3653"), "no answer"),
        Arguments.of(
            new NoRouteToHostException("No route to host: /192.0.2.1:3653"), "no route to it"),
        Arguments.of(
            new SocketException("Network is unreachable: /[2001:db8:0:0:0:0:0:1]:3653"),
            "no route to it"),
        Arguments.of(
            new SocketException("Permission denied: tb.example/192.0.2.1:3653"),
            "Permission denied"),
        Arguments.of(new IOException(), "IOException"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void saysWhatKeptAPacketFromItsDestination(Throwable cause, String words) {
    assertThat(Failures.onTheWay(cause)).isEqualTo(words);
  }
}
