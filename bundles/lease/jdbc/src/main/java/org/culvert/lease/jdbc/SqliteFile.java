package org.culvert.lease.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.FullDisk;
import org.culvert.api.file.SmallFile;
import org.culvert.api.file.UnfitFileException;
import org.culvert.api.lease.LeaseStoreException;

/**
 * The database's file as the file system has it: what SQLite does not ask.
 *
 * <p>SQLite takes an empty file for a new database, deletes the log of one that is missing, and
 * goes on writing to a file that has no name any more. Each would lose leases in silence.
 */
final class SqliteFile {
  /** How each database begins (SQLite's file format, section 1.3.1). */
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  private final Path path;
  private final Path log;
  private final Path backup;
  // Guarded by this.
  private Optional<Stamp> opened = Optional.empty();

  /** The identities of the file and of its log; the size, which never falls. */
  private record Stamp(Object file, Object log, long size) {}

  SqliteFile(Path path) {
    this.path = path.toAbsolutePath();
    log = Path.of(this.path + "-wal");
    backup = Path.of(this.path + ".backup");
  }

  Path path() {
    return path;
  }

  Path directory() {
    return Objects.requireNonNull(path.getParent(), "a file lies in a directory");
  }

  /** Where the last good copy is kept. */
  Path backup() {
    return backup;
  }

  /**
   * Writes that much beside the file, and deletes it again.
   *
   * @throws IOException if there is no room for it
   */
  void proveRoom(int octets) throws IOException {
    Path draft = DurableFile.draft(Path.of(path + ".room"), DurableFile.PRIVATE);
    try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer filling = ByteBuffer.allocate(octets);
      while (filling.hasRemaining()) {
        out.write(filling);
      }
      out.force(true);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * Makes sure that opening the file loses nothing; makes an empty one if it may.
   *
   * @throws LeaseStoreException if the file is not what it was, or never was a database
   */
  void prepare(boolean fresh) {
    try {
      SmallFile.check(path);
      long size = size(path);
      if (size > 0) {
        refuseForeign();
      } else {
        refuseLoss(size, fresh);
        create();
      }
    } catch (UnfitFileException e) {
      throw refused(e.getMessage() + "; move it away");
    } catch (IOException e) {
      throw refused(
          path
              + " cannot be opened: "
              + FullDisk.remedy(path, e)
                  .map(remedy -> "the disk is full; " + remedy)
                  .orElseGet(
                      () ->
                          e
                              + "; let the user that Culvert runs as read and write it, and make"
                              + " files in "
                              + directory()));
    }
  }

  /** Tells whether a file has something else in it than a database. */
  static boolean isForeign(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] begin = in.readNBytes(MAGIC.length);
      return begin.length > 0 && !Arrays.equals(begin, MAGIC);
    }
  }

  private void refuseForeign() throws IOException {
    if (isForeign(path)) {
      throw refused(path + " is no SQLite database, or damaged; " + howToRestore());
    }
  }

  private void refuseLoss(long size, boolean fresh) throws IOException {
    String what = path + (size < 0 ? " is not there" : " is empty");
    if (Files.exists(backup)) {
      throw refused(what + ", but leases were kept in it; " + howToRestore());
    }
    if (size(log) > 0) {
      throw refused(
          what
              + ", but its log "
              + log.getFileName()
              + " is there, so leases were kept in it; put both back from a copy, or delete the log"
              + " to begin without the old leases");
    }
    if (!fresh) {
      throw refused(what + " any more; put it back, or start Culvert anew to begin without leases");
    }
  }

  /** Says how the operator brings the file back. */
  String howToRestore() {
    try {
      String first = Files.exists(path) ? "move it away, then: " : "";
      return first
          + "rm -f %1$s-wal %1$s-shm && cp -p %2$s %1$s (a copy of %3$s); or delete %2$s, too, to begin without the old leases"
              .formatted(
                  path,
                  backup,
                  Files.getLastModifiedTime(backup).toInstant().truncatedTo(ChronoUnit.SECONDS));
    } catch (IOException e) {
      return "put it back from a copy, or move it away together with its -wal to begin without the old leases";
    }
  }

  /** The key of the address hash is inside, so only the owner may read it. */
  private void create() throws IOException {
    Files.createDirectories(directory());
    try {
      if (Files.getFileStore(directory()).supportsFileAttributeView("posix")) {
        Files.createFile(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (FileAlreadyExistsException e) {
      // An earlier start did not come further.
    }
  }

  /** Notes what a connection has open, once it has read and written. */
  synchronized void opened() {
    opened = stamp();
  }

  /** Returns why the connection now writes to what nobody will find; empty if it does not. */
  synchronized Optional<String> lost() {
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    Stamp was = opened.get();
    Optional<Stamp> now = stamp();
    if (now.isEmpty()) {
      return Optional.of(path + " or its -wal was moved or deleted; put it back");
    }
    Stamp is = now.get();
    if (!is.file().equals(was.file())) {
      return Optional.of(path + " was replaced by another file");
    }
    if (!is.log().equals(was.log())) {
      return Optional.of(log + " was replaced by another file");
    }
    if (is.size() < was.size()) {
      return Optional.of(path + " was cut short by another program; " + howToRestore());
    }
    opened = now;
    return Optional.empty();
  }

  private Optional<Stamp> stamp() {
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      BasicFileAttributes ofLog = Files.readAttributes(log, BasicFileAttributes.class);
      return Optional.of(new Stamp(key(file), key(ofLog), file.size()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Object key(BasicFileAttributes attributes) {
    return Objects.requireNonNullElse(attributes.fileKey(), "");
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return -1;
    }
  }

  private static LeaseStoreException refused(String why) {
    return new LeaseStoreException(why, false, null);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
