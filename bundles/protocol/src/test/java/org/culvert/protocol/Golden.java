package org.culvert.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.culvert.api.tunnel.SignalingPath.Transport;

/** What programs in the field and the worked examples said, as seeds for the fuzz tests. */
public final class Golden {
  private static final List<String> CAPTURES =
      List.of(
          "gw6c-nat",
          "j-anon",
          "j-plain",
          "nab-tcp-digest-md5",
          "nab-tcp-plain",
          "p-md5-tcp",
          "p-plain-tcp",
          "p-router48",
          "udp-anon",
          "udp-badpw",
          "udp-md5",
          "udp-plain",
          "v-101",
          "v4v6-tcp",
          "z-accrep");
  private static final int EXAMPLES = 11;

  private Golden() {}

  /** Returns all that one side of each TCP capture said, in one piece. */
  static Stream<byte[]> streams(boolean fromClient) {
    return captures(Transport.TCP).map(capture -> join(capture.of(fromClient), new byte[0]));
  }

  /** Returns the datagrams of one side of each UDP capture, with a separator between them. */
  static Stream<byte[]> datagrams(boolean fromClient, byte[] separator) {
    return captures(Transport.UDP).map(capture -> join(capture.of(fromClient), separator));
  }

  /** Returns every message of either side, on UDP with its header. */
  static Stream<byte[]> messages() {
    return Stream.of(Transport.TCP, Transport.UDP)
        .flatMap(Golden::captures)
        .flatMap(capture -> capture.messages().stream())
        .map(Transcript.Message::octets);
  }

  /** Returns the framed messages of one side of the worked examples. */
  static Stream<byte[]> frames(char side) {
    return examples(side, text -> text.startsWith("Content-length"))
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the XML that one side of the worked examples sent. */
  public static Stream<byte[]> documents(char side) {
    return examples(side, text -> text.contains("<tunnel"))
        .map(text -> text.substring(text.indexOf("<tunnel")))
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Stream<String> examples(char side, Predicate<String> wanted) {
    return IntStream.rangeClosed(1, EXAMPLES)
        .filter(number -> side == 'S' || number < 9)
        .mapToObj(number -> WorkedExamples.said("E" + number, side))
        .flatMap(List::stream)
        .filter(wanted);
  }

  private static Stream<Transcript> captures(Transport transport) {
    return CAPTURES.stream()
        .map(
            name -> {
              try {
                return Transcript.load(name);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .filter(capture -> capture.transport() == transport);
  }

  private static byte[] join(List<Transcript.Message> messages, byte[] separator) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Transcript.Message message : messages) {
      all.writeBytes(message.octets());
      all.writeBytes(separator);
    }
    return all.toByteArray();
  }
}
