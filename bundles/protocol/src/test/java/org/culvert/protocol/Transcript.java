package org.culvert.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * A session between programs in the field, as it was captured.
 *
 * @param transport what carried it
 * @param messages segments of a stream, or datagrams with their header
 */
record Transcript(Transport transport, List<Message> messages) {

  /** One message, and whether the client sent it. */
  record Message(boolean fromClient, byte[] octets) {
    String text() {
      return new String(octets, StandardCharsets.ISO_8859_1);
    }
  }

  static Transcript load(String name) throws IOException {
    try (InputStream in = Transcript.class.getResourceAsStream("transcripts/" + name + ".hex")) {
      String[] lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1);
      return new Transcript(
          Transport.valueOf(lines[0].substring(2)),
          Arrays.stream(lines)
              .skip(1)
              .filter(line -> !line.isEmpty())
              .map(
                  line ->
                      new Message(
                          line.charAt(0) == 'C', HexFormat.of().parseHex(line.substring(2))))
              .toList());
    }
  }

  List<Message> of(boolean fromClient) {
    return messages.stream().filter(message -> message.fromClient == fromClient).toList();
  }
}
