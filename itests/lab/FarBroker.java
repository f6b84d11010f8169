import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** A broker that is far away: it answers what measures the way to it, 300 ms late, and nothing else. */
final class FarBroker {
  private static final long DELAY_NANOS = 300_000_000;

  public static void main(String[] words) throws IOException {
    byte[] success = "200 Success\r\n".getBytes(StandardCharsets.US_ASCII);
    try (DatagramSocket socket = new DatagramSocket(3653, InetAddress.getByName(words[0]))) {
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        String text =
            new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
        if (text.endsWith("ECHO REQUEST")) {
          LockSupport.parkNanos(DELAY_NANOS);
          byte[] answer = Arrays.copyOf(packet.getData(), 8 + success.length);
          System.arraycopy(success, 0, answer, 8, success.length);
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      }
    }
  }
}
