package org.culvert.conformance.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;

/**
 * A client of TSP that is as good as the cases of {@link Fault} ask for, but for one fault. It
 * shares nothing with Culvert's.
 */
final class ScriptedClient implements Subject {
  private static final int WAIT_MILLIS = 900;
  private static final Pattern BROKER = Pattern.compile("type=\"ipv4\">([0-9.]+)<");

  private final Fault fault;

  ScriptedClient(Fault fault) {
    this.fault = fault;
  }

  /** The server says no. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient List<String> brokers;
    private final boolean proved;

    Refused(String reply, boolean proved) {
      super(reply);
      this.proved = proved;
      this.brokers = new ArrayList<>();
      Matcher matcher = BROKER.matcher(reply.matches("(?s)(.*\\n)?1\\d\\d\\d .*") ? reply : "");
      while (matcher.find()) {
        brokers.add(matcher.group(1));
      }
    }
  }

  @Override
  public AutoCloseable start(Task task) {
    Thread life = new Thread(() -> live(task), "scripted-client");
    life.setDaemon(true);
    if (fault != Fault.NEVER_COMES) {
      life.start();
    }
    return () -> {
      life.interrupt();
      life.join();
    };
  }

  private void live(Task task) {
    List<String> versions = new ArrayList<>(List.of("2.0.2", "2.0.1", "2.0.0", "2.0"));
    List<String> asked = new ArrayList<>();
    String server = task.server();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        boolean hurry = fault == Fault.COMES_AGAIN_AT_ONCE;
        asked.add(server);
        try {
          session(task, server, versions.get(0));
          return;
        } catch (Refused e) {
          boolean follows = e.proved || fault == Fault.FOLLOWS_ANYBODY;
          String next = follows ? choose(e.brokers, task.port()) : "";
          if (!next.isEmpty()
              && fault != Fault.FOLLOWS_NOBODY
              && (!asked.contains(next) || fault == Fault.RUNS_IN_CIRCLES)) {
            server = next;
            hurry = true;
          } else if (e.getMessage().startsWith("302") && fault != Fault.NO_FALLBACK) {
            versions.remove(0);
            hurry = true;
          }
        } catch (IOException | Unmet e) {
          // It is asked again.
          server = task.server();
        }
        if (fault == Fault.COMES_NEVER_AGAIN) {
          return;
        }
        Thread.sleep(hurry ? 1 : WAIT_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String choose(List<String> brokers, int port) {
    if (brokers.size() < 2 || fault == Fault.DOES_NOT_MEASURE) {
      return brokers.isEmpty() ? "" : brokers.get(0);
    }
    return brokers.stream().min(Comparator.comparingLong(b -> measure(b, port))).orElse("");
  }

  private long measure(String broker, int port) {
    long begin = System.nanoTime();
    try (ScriptedLink link = new ScriptedLink.Udp(new InetSocketAddress(broker, port), fault)) {
      link.ask("ECHO REQUEST");
      return System.nanoTime() - begin;
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  private void session(Task task, String server, String version)
      throws IOException, Refused, Unmet, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(server), task.port());
    boolean tcp = task.transport().equals("tcp");
    try (ScriptedLink link =
        tcp ? new ScriptedLink.Tcp(address, fault) : new ScriptedLink.Udp(address, fault)) {
      String end = fault == Fault.LINE_FEED_ONLY ? "\n" : "\r\n";
      if (fault == Fault.GREETS) {
        link.ask("HELLO\r\n");
      }
      String capability = link.ask("VERSION=" + version + end);
      if (!capability.startsWith("CAPABILITY ")) {
        throw new Refused(capability, false);
      }
      boolean proved = authenticate(link, capability, task);
      String reply = link.ask(create(task, link));
      String body = reply.replaceFirst("^Content-length: \\d+\r\n", "");
      if (!body.startsWith("200")) {
        throw new Refused(body, proved);
      }
      offer(body);
      String accept = "Content-length: 35\r\n<tunnel action=\"accept\"></tunnel>\r\n";
      if (fault == Fault.DATA_BEFORE_ACCEPT && link instanceof ScriptedLink.Udp udp) {
        udp.send(ping("2001:db8:100::1"));
      }
      if (fault != Fault.ACCEPTS_NOTHING) {
        link.tell(accept);
      }
      if (fault == Fault.TALKS_ON) {
        link.tell(accept);
      }
      carry(link, body);
    }
  }

  private boolean authenticate(ScriptedLink link, String capability, Task task)
      throws IOException, Refused, Unmet {
    String nul = fault == Fault.NUL_AFTER_LINE ? "\0" : "";
    if (fault == Fault.PLAIN_ANYWAY) {
      link.tell("AUTHENTICATE PLAIN\r\n");
      link.ask("\0" + task.user() + "\0" + task.password() + "\r\n");
      return false;
    }
    boolean nobody = task.user().isEmpty();
    String mechanism = nobody ? "ANONYMOUS" : "DIGEST-MD5";
    if (!capability.contains("AUTH=" + mechanism) && fault != Fault.USES_WHAT_IS_NOT_OFFERED) {
      throw new IOException("nothing to use");
    }
    String answer = link.ask("AUTHENTICATE " + mechanism + "\r\n" + nul);
    if (!nobody) {
      answer = digest(link, answer, task);
    }
    boolean right =
        fault == Fault.TEXT_OF_SUCCESS
            ? answer.equals("200 Success\r\n")
            : answer.matches("(?s)(200|OK)\\b.*") || fault == Fault.IGNORES_REFUSALS;
    if (!right) {
      throw new Refused(answer, false);
    }
    return !nobody;
  }

  private String digest(ScriptedLink link, String challenge, Task task)
      throws IOException, Unmet, Refused {
    String password = fault == Fault.WRONG_PASSWORD ? "wrong" : task.password();
    SaslClient client =
        Sasl.createSaslClient(
            new String[] {"DIGEST-MD5"},
            null,
            "tsp",
            "broker",
            Map.of(),
            callbacks -> {
              for (Callback callback : callbacks) {
                if (callback instanceof NameCallback name) {
                  name.setName(task.user());
                } else if (callback instanceof PasswordCallback secret) {
                  secret.setPassword(password.toCharArray());
                } else if (callback instanceof RealmCallback realm) {
                  realm.setText(realm.getDefaultText());
                }
              }
            });
    String first = Base64Text.decode(challenge.strip());
    byte[] response = client.evaluateChallenge(Words.octets(first));
    String proof = link.ask(Base64Text.encode(Words.latin(response)) + "\r\n");
    if (proof.startsWith("300")) {
      throw new Refused(proof, false);
    }
    try {
      client.evaluateChallenge(Words.octets(Base64Text.decode(proof.strip())));
    } catch (SaslException e) {
      if (fault != Fault.TRUSTS_WITHOUT_PROOF) {
        throw e;
      }
    }
    return link.more();
  }

  private String create(Task task, ScriptedLink link) {
    String type = fault == Fault.OTHER_TYPE ? "v6udpv4" : task.type();
    String address = fault == Fault.OTHER_ADDRESS ? "10.1.2.3" : link.local().getHostAddress();
    String more = fault == Fault.IPV6_ADDRESS ? "<address type=\"ipv6\">::1</address>" : "";
    String server = fault == Fault.SERVER_ELEMENT ? "<server></server>" : "";
    String xml =
        "<tunnel action=\"create\" type=\""
            + type
            + "\" proxy=\"no\">"
            + server
            + "<client><address type=\"ipv4\">"
            + address
            + "</address>"
            + more
            + "<keepalive interval=\"30\"><address type=\"ipv6\">::</address></keepalive>"
            + "</client></tunnel>\r\n";
    int length = xml.length() + (fault == Fault.WRONG_LENGTH ? -2 : 0);
    return "Content-length: " + length + "\r\n" + xml;
  }

  /** Throws if the offer is not one that can be taken. */
  private void offer(String body) throws Unmet, IOException {
    if (fault == Fault.ACCEPTS_ANYTHING) {
      return;
    }
    CommandView view = CommandView.read(body.substring(body.indexOf('\n') + 1).strip());
    boolean whole = true;
    for (String party : List.of("server", "client")) {
      for (String type : List.of("ipv4", "ipv6")) {
        whole &= !view.value("tunnel/" + party + "/address[" + type + "]").isEmpty();
      }
    }
    whole |= fault == Fault.ACCEPTS_BAD_OFFERS;
    whole &= !(fault == Fault.DOES_NOT_TRIM && body.contains("\">\r\n 127"));
    whole &= !(fault == Fault.NEEDS_LIFETIME && view.value("tunnel@lifetime").isEmpty());
    if (!whole) {
      throw new IOException("not a whole offer");
    }
  }

  /** Sends keepalives over UDP, if there are to be any, until it is ended. */
  private void carry(ScriptedLink link, String body)
      throws Unmet, IOException, InterruptedException {
    CommandView view = CommandView.read(body.substring(body.indexOf('\n') + 1).strip());
    String interval = view.value("tunnel/client/keepalive@interval");
    String address = view.value("tunnel/client/keepalive/address[ipv6]");
    while (!interval.isEmpty() && link instanceof ScriptedLink.Udp udp) {
      long millis = Long.parseLong(interval) * (fault == Fault.PINGS_TOO_RARELY ? 2000 : 900);
      Thread.sleep(millis);
      udp.send(ping(fault == Fault.PINGS_ELSEWHERE ? "2001:db8:100::1" : address));
    }
    new java.util.concurrent.CountDownLatch(1).await();
  }

  private static String ping(String to) throws IOException {
    byte[] packet = new byte[48];
    packet[0] = 0x60;
    packet[5] = 8;
    packet[6] = 58;
    packet[40] = (byte) 128;
    byte[] from = InetAddress.getByName("2001:db8:100::2").getAddress();
    System.arraycopy(from, 0, packet, 8, 16);
    System.arraycopy(InetAddress.getByName(to).getAddress(), 0, packet, 24, 16);
    return Words.latin(Arrays.copyOf(packet, packet.length));
  }
}
