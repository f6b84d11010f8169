package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something made from files, and made anew when they have changed. Files that have become unfit are
 * told once, and what was made before stays in use.
 *
 * @param <T> what is made
 */
final class Watched<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Watched.class);
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private static final String MISSING = "missing";

  /** Makes something from the files as they are. */
  interface Maker<T> {
    /**
     * @throws IOException if it cannot be made
     */
    T make() throws IOException;
  }

  private final List<Path> files;
  private final Maker<T> maker;
  private final LongSupplier nanoTime;
  private List<String> stamps;
  private long looked;
  private T made;

  /**
   * Makes it for the first time.
   *
   * @param files what to watch; missing files are watched for, too
   * @param nanoTime a clock that never goes back
   * @throws IOException if it cannot be made
   */
  Watched(List<Path> files, Maker<T> maker, LongSupplier nanoTime) throws IOException {
    this.files = List.copyOf(files);
    this.maker = maker;
    this.nanoTime = nanoTime;
    List<String> present = stamps();
    this.made = maker.make();
    this.stamps = ofMade(present);
    this.looked = nanoTime.getAsLong();
  }

  /** Returns the latest; looks at the files every two seconds at most. */
  synchronized T get() {
    long now = nanoTime.getAsLong();
    if (now - looked >= INTERVAL.toNanos()) {
      looked = now;
      List<String> present = stamps();
      if (!present.equals(stamps)) {
        makeAnew();
        stamps = ofMade(present);
      }
    }
    return made;
  }

  private void makeAnew() {
    try {
      made = maker.make();
      LOG.info("TLS follows the changed {}", files);
    } catch (IOException | RuntimeException e) {
      LOG.warn("TLS goes on with what it had: {}", e.getMessage());
    }
  }

  /**
   * Returns the state that was made something of: the one before, so that a change meanwhile is
   * seen, unless files were missing, which were then written while it was made.
   */
  private List<String> ofMade(List<String> before) {
    return before.contains(MISSING) ? stamps() : before;
  }

  private List<String> stamps() {
    return files.stream().map(Watched::stamp).toList();
  }

  private static String stamp(Path file) {
    try {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      return is.lastModifiedTime() + " " + is.size() + " " + is.fileKey();
    } catch (NoSuchFileException e) {
      return MISSING;
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
