package org.culvert.tls.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedTest {
  @TempDir private Path directory;
  private final AtomicLong nanoTime = new AtomicLong();
  private final AtomicInteger makings = new AtomicInteger();
  private Path certificate;
  private Path key;

  @BeforeEach
  void write() throws IOException {
    certificate = Files.writeString(directory.resolve("certificate"), "1");
    key = Files.writeString(directory.resolve("key"), "1");
  }

  private String later(Watched<String> watched) {
    nanoTime.addAndGet(Duration.ofSeconds(3).toNanos());
    return watched.get();
  }

  /** Whoever renews the two writes the key just when the certificate has been read. */
  private String renewedMeanwhile() throws IOException {
    makings.incrementAndGet();
    String pair = Files.readString(certificate) + " " + Files.readString(key);
    if (pair.equals("22 1")) {
      Files.writeString(key, "22");
      throw new IOException("the two do not belong together");
    }
    return pair;
  }

  @Test
  void seesFileThatChangesWhileTheOtherIsRead() throws IOException {
    Watched<String> watched =
        new Watched<>(List.of(certificate, key), this::renewedMeanwhile, nanoTime::get);
    assertThat(watched.get()).isEqualTo("1 1");

    Files.writeString(certificate, "22");

    assertThat(later(watched)).isEqualTo("1 1");
    assertThat(later(watched)).isEqualTo("22 22");
  }

  @Test
  void seesFileThatChangesWhileItIsReadForTheFirstTime() throws IOException {
    Watched<String> watched =
        new Watched<>(
            List.of(key),
            () -> {
              String read = Files.readString(key);
              if (read.equals("1")) {
                Files.writeString(key, "22");
              }
              return read;
            },
            nanoTime::get);

    assertThat(later(watched)).isEqualTo("22");
  }

  @Test
  void filesItMadeItselfAreNoChange() throws IOException {
    Files.delete(certificate);
    Watched<String> watched =
        new Watched<>(
            List.of(certificate),
            () -> {
              makings.incrementAndGet();
              return Files.exists(certificate)
                  ? Files.readString(certificate)
                  : Files.readString(Files.writeString(certificate, "own"));
            },
            nanoTime::get);

    assertThat(later(watched)).isEqualTo("own");
    assertThat(makings).hasValue(1);
  }

  @Test
  void looksAtUnchangedFilesOnly() throws IOException {
    Watched<String> watched =
        new Watched<>(List.of(certificate, key), this::renewedMeanwhile, nanoTime::get);

    later(watched);
    later(watched);

    assertThat(makings).hasValue(1);
  }
}
