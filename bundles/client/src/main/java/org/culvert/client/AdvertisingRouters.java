package org.culvert.client;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.jspecify.annotations.Nullable;

/**
 * Listens to router advertisements while somebody wants to know, on a thread of its own.
 *
 * <p>It ends a moment after the first prefix, so that other routers are heard too, or when every
 * router had its time. Nothing is kept: the next question is put to the routers again, so a prefix
 * is used for as long as a session needs and no lifetime has to be counted down.
 */
final class AdvertisingRouters implements Routers {
  /**
   * How long a router may take: it keeps {@code MIN_DELAY_BETWEEN_RAS} and then up to {@code
   * MAX_RA_DELAY_TIME} (RFC 4861 section 6.2.6), together 3.5 seconds.
   */
  static final Duration PATIENCE = Duration.ofSeconds(4);

  /** Routers that are not held up answer within {@code MAX_RA_DELAY_TIME}, half a second. */
  static final Duration OTHERS = Duration.ofSeconds(1);

  /** Whoever is on the link could make up any number. */
  static final int MOST_PREFIXES = 8;

  private static final int BURST = 8;

  /** Longer than what any link carries in one piece that has such advertisements. */
  private static final int SLOT = 9_216;

  private final OuterSockets sockets;
  private final BiConsumer<Duration, Runnable> after;

  /** Guarded by this object's lock, as is what follows. */
  private @Nullable CompletableFuture<List<Nat64Prefix>> asked;

  private @Nullable OuterSocket open;
  private boolean closed;

  /**
   * @param after runs something after a while, which must not block for long
   */
  AdvertisingRouters(OuterSockets sockets, BiConsumer<Duration, Runnable> after) {
    this.sockets = sockets;
    this.after = after;
  }

  /** Those who ask while others are waiting get the same answer. */
  @Override
  public synchronized CompletionStage<List<Nat64Prefix>> nat64() {
    if (asked != null && !asked.isDone()) {
      return asked;
    }
    CompletableFuture<List<Nat64Prefix>> answer = new CompletableFuture<>();
    asked = answer;
    Thread thread = new Thread(() -> ask(answer), "culvert-client-routers");
    thread.setDaemon(true);
    thread.start();
    return answer;
  }

  private void ask(CompletableFuture<List<Nat64Prefix>> answer) {
    try (OuterSocket socket = sockets.openAdvertisements()) {
      if (!begin(socket)) {
        throw new IOException("closed");
      }
      after.accept(PATIENCE, socket::close);
      answer.complete(listen(socket));
    } catch (IOException | RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private synchronized boolean begin(OuterSocket socket) {
    open = socket;
    return !closed;
  }

  private List<Nat64Prefix> listen(OuterSocket socket) throws IOException {
    Heard heard = new Heard();
    PacketBatch batch = new PacketBatch(BURST, SLOT);
    boolean any = false;
    while (socket.receive(batch)) {
      for (int i = 0; i < batch.size(); i++) {
        ByteBuffer message = batch.memory().slice(batch.offset(i), batch.length(i));
        heard.from(batch.peerAddress(i).getAddress(), message);
      }
      if (!any && !heard.prefixes().isEmpty()) {
        any = true;
        after.accept(OTHERS, socket::close);
      }
    }
    return heard.prefixes();
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    OuterSocket last;
    synchronized (this) {
      closed = true;
      last = open;
    }
    if (last != null) {
      last.close();
    }
  }

  /** What was heard from routers, each of which may take back its own word and no other's. */
  static final class Heard {
    private record Word(InetAddress router, Nat64Prefix prefix) {}

    private final Set<Word> words = new LinkedHashSet<>();

    /** Takes in an advertisement. */
    void from(InetAddress router, ByteBuffer message) {
      for (Pref64 option : Pref64.in(message)) {
        Word word = new Word(router, option.prefix());
        if (option.lifetime().isZero()) {
          words.remove(word);
        } else if (words.size() < MOST_PREFIXES) {
          words.add(word);
        }
      }
    }

    /** Returns the prefixes that may be used, first those that were heard first. */
    List<Nat64Prefix> prefixes() {
      return words.stream().map(Word::prefix).distinct().toList();
    }
  }
}
