package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.client.Advertisements.pref64;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdvertisingRoutersTest {
  private static final String FIRST = "0064ff9b 00000000 00000000";
  private static final String SECOND = "20010db8 00640000 00000000";
  private static final InetAddress ONE = IpAddresses.parse("fe80::1");
  private static final InetAddress OTHER = IpAddresses.parse("fe80::2");
  private static final byte[] NOTHING = Advertisements.with();
  private static final byte[] END = {};

  private final LinkedBlockingQueue<byte[]> link = new LinkedBlockingQueue<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final CountDownLatch listening = new CountDownLatch(1);
  private final Map<Duration, Runnable> later = new ConcurrentHashMap<>();

  @Test
  void waitsForOtherRoutersAMomentOnceAPrefixIsHeard() throws Exception {
    AdvertisingRouters routers = new AdvertisingRouters(new Link(), this::after);
    CompletionStage<List<Nat64Prefix>> answer = routers.nat64();

    link.add(NOTHING);
    link.add(Advertisements.with(pref64(1800, 0, FIRST)));
    await(() -> later.containsKey(AdvertisingRouters.OTHERS));
    assertThat(answer.toCompletableFuture()).isNotDone();
    link.add(Advertisements.with(pref64(1800, 0, SECOND)));
    await(link::isEmpty);
    later.get(AdvertisingRouters.OTHERS).run();

    assertThat(texts(answer)).containsExactly("64:ff9b::/96", "2001:db8:64::/96");
  }

  @Test
  void waitsForARouterThatIsHeldUpWhileNoneIsHeard() throws Exception {
    AdvertisingRouters routers = new AdvertisingRouters(new Link(), this::after);
    CompletionStage<List<Nat64Prefix>> answer = routers.nat64();
    link.add(NOTHING);
    await(() -> later.containsKey(AdvertisingRouters.PATIENCE));
    await(link::isEmpty);
    assertThat(later).doesNotContainKey(AdvertisingRouters.OTHERS);
    later.get(AdvertisingRouters.PATIENCE).run();

    assertThat(texts(answer)).isEmpty();
  }

  @Test
  void answersAllWhoAskMeanwhileByOneQuestion() throws Exception {
    AdvertisingRouters routers = new AdvertisingRouters(new Link(), this::after);
    CompletionStage<List<Nat64Prefix>> answer = routers.nat64();
    CompletionStage<List<Nat64Prefix>> same = routers.nat64();
    listening.await();
    await(() -> later.containsKey(AdvertisingRouters.PATIENCE));
    later.get(AdvertisingRouters.PATIENCE).run();
    assertThat(texts(answer)).isEqualTo(texts(same));
    assertThat(opened).hasValue(1);

    CompletionStage<List<Nat64Prefix>> next = routers.nat64();
    routers.close();
    assertThat(next.toCompletableFuture()).isNotSameAs(answer);
  }

  @Test
  void endsWhenItIsClosed() throws Exception {
    AdvertisingRouters routers = new AdvertisingRouters(new Link(), this::after);
    CompletionStage<List<Nat64Prefix>> answer = routers.nat64();
    listening.await();

    routers.close();

    assertThat(texts(answer)).isEmpty();
  }

  @Test
  void saysWhyItCannotListen() {
    OuterSockets none = (wire, local) -> null;
    assertThatThrownBy(() -> texts(new AdvertisingRouters(none, this::after).nat64()))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("router advertisements cannot be read here");
  }

  @Test
  void aRouterTakesBackItsOwnWordAndNoOthers() {
    AdvertisingRouters.Heard heard = new AdvertisingRouters.Heard();
    heard.from(ONE, said(pref64(1800, 0, FIRST)));
    heard.from(OTHER, said(pref64(0, 0, FIRST), pref64(0, 0, SECOND)));
    assertThat(heard.prefixes()).hasSize(1);

    heard.from(OTHER, said(pref64(1800, 0, FIRST)));
    heard.from(ONE, said(pref64(0, 0, FIRST)));
    assertThat(heard.prefixes()).hasSize(1);

    heard.from(OTHER, said(pref64(0, 0, FIRST)));
    assertThat(heard.prefixes()).isEmpty();
  }

  @Test
  void keepsAFewOfManyPrefixes() {
    AdvertisingRouters.Heard heard = new AdvertisingRouters.Heard();
    for (int i = 0; i < 1000; i++) {
      heard.from(ONE, said(pref64(1800, 0, "20010db8 %08x 00000000".formatted(i))));
    }
    assertThat(heard.prefixes()).hasSize(AdvertisingRouters.MOST_PREFIXES);
  }

  private static ByteBuffer said(String... options) {
    return Advertisements.message(options);
  }

  private void after(Duration delay, Runnable task) {
    later.put(delay, task);
  }

  private static List<String> texts(CompletionStage<List<Nat64Prefix>> answer) throws Exception {
    return answer.toCompletableFuture().get(60, TimeUnit.SECONDS).stream()
        .map(Nat64Prefix::toString)
        .toList();
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    while (!condition.holds()) {
      Thread.onSpinWait();
    }
  }

  /** A link on which the test is the router. */
  private final class Link implements OuterSockets {
    @Override
    public OuterSocket open(WireFormat wire, InetSocketAddress local) throws IOException {
      throw new IOException("not here");
    }

    @Override
    public OuterSocket openAdvertisements() {
      opened.incrementAndGet();
      return new Ear();
    }
  }

  private final class Ear implements OuterSocket {
    private boolean closed;

    @Override
    public boolean receive(PacketBatch batch) throws IOException {
      listening.countDown();
      try {
        byte[] next = link.take();
        if (next == END) {
          return false;
        }
        batch.size(1);
        batch.memory().put(batch.slot(0), next);
        batch.packet(0, batch.slot(0), next.length);
        batch.peer(0, PacketBatch.high(ONE), PacketBatch.low(ONE), 0);
        return true;
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public int send(PacketBatch batch, int from, int to) throws IOException {
      throw new IOException("nothing can be sent here");
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        link.add(END);
      }
    }
  }
}
