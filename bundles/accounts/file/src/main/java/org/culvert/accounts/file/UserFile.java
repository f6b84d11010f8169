package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.culvert.api.account.AccountException;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.FullDisk;
import org.culvert.api.file.SmallFile;

/**
 * The file of users as a list of lines, which can be replaced as a whole.
 *
 * <p>Lines hold octets, one in each character, so that what is no UTF-8 comes back as it was. Line
 * ends are kept too: a line may end with a carriage return.
 */
final class UserFile {
  /** A hundred thousand users with three verifiers each. */
  static final int LARGEST = 64 << 20;

  private final Path path;
  private final Path lastGood;
  private final ReplacedFiles replaced;

  /**
   * What tells one state of the file from another without reading it.
   *
   * @param modified when it was written
   * @param size its octets
   * @param key the file's identity where the file system has one: the inode
   */
  record Stamp(FileTime modified, long size, String key) {}

  /**
   * What the file holds.
   *
   * @param stamp the state it was in; empty if there is no file
   * @param lines its lines
   */
  record Content(Optional<Stamp> stamp, List<String> lines) {
    Content {
      lines = List.copyOf(lines);
    }

    /** Tells whether nothing at all is written in it. */
    boolean isBlank() {
      return lines.stream().allMatch(String::isBlank);
    }

    /** Names no line, for lines may hold passwords. */
    @Override
    public String toString() {
      return "Content[" + stamp + "]";
    }
  }

  UserFile(Path path, ReplacedFiles replaced) {
    this.path = path;
    this.replaced = replaced;
    lastGood = Path.of(path + ".last-good");
  }

  Path path() {
    return path;
  }

  /** Deletes what a process left behind that was killed while it replaced the file. */
  void discardDraft() throws IOException {
    DurableFile.discard(path);
  }

  /** Lets nobody but its owner read the file; says so if it cannot. */
  Optional<String> closeToOthers() {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null) {
      return Optional.empty();
    }
    String mode = "";
    try {
      PosixFileAttributes is = view.readAttributes();
      mode = PosixFilePermissions.toString(is.permissions());
      if (is.isRegularFile() && !mode.endsWith("------")) {
        view.setPermissions(PosixFilePermissions.fromString(DurableFile.PRIVATE));
      }
      return Optional.empty();
    } catch (IOException e) {
      // One that is not there, or cannot be looked at, is told by who reads it.
      return mode.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "%s is open to others (%s), and its mode cannot be changed: %s; do chmod 600 %s"
                  .formatted(path, mode, e.getMessage(), path));
    }
  }

  /** Where {@link #keep} keeps what the file said last. */
  Path lastGood() {
    return lastGood;
  }

  /** Returns the present state; empty if there is no file. */
  Optional<Stamp> stamp() throws IOException {
    return stamp(path);
  }

  /** Reads the file; one that is not there has one empty line. */
  Content read() throws IOException {
    Optional<Stamp> before = stamp();
    if (before.isPresent()) {
      try {
        return new Content(before, lines(path));
      } catch (NoSuchFileException e) {
        // It went away between the two looks.
      }
    }
    return new Content(Optional.empty(), List.of(""));
  }

  /**
   * Replaces all lines at once and durably, or makes the file. Its owner stays, and it alone can
   * read the file. If that fails, files that were replaced give their room on the disk back, and it
   * is tried once more.
   *
   * @param content the new lines, and the state of the file that they were made from
   * @return the new state; empty if the file changed meanwhile and was left alone
   */
  Optional<Stamp> replace(Content content) throws IOException {
    return withRoom(() -> replaceOnce(content));
  }

  private Optional<Stamp> replaceOnce(Content content) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      // Rather a name with a mistake in it than a wish for a new directory.
      throw new NoSuchFileException(path + " lies in no directory");
    }
    Path draft = DurableFile.draft(path, DurableFile.PRIVATE);
    Optional<FileChannel> old = Optional.empty();
    try {
      if (content.stamp().isPresent()) {
        keepOwner(path.toRealPath(), draft);
        old = Optional.of(FileChannel.open(path, StandardOpenOption.READ));
      }
      Files.write(draft, octets(content.lines()));
      Optional<Stamp> written = stamp(draft);
      if (!DurableFile.publish(draft, path, () -> stamp().equals(content.stamp()))) {
        return Optional.empty();
      }
      if (old.isPresent()) {
        replaced.add(old.get(), content.stamp().get().size());
        old = Optional.empty();
      }
      return written;
    } finally {
      if (old.isPresent()) {
        old.get().close();
      }
      Files.deleteIfExists(draft);
    }
  }

  /** Says that the file could not be changed, and what to do. */
  AccountException unchanged(IOException failure) {
    Optional<String> room = FullDisk.remedy(path, failure);
    return new AccountException(
        path
            + " cannot be changed: "
            + (room.isPresent() ? "the disk is full" : why(failure))
            + ".",
        room.map(remedy -> "M" + remedy.substring(1) + ", and try again.")
            .orElseGet(
                () ->
                    "See to the disk of %1$s (mount and dmesg show it) and to who may write there (ls -ld %1$s), and try again."
                        .formatted(path.toAbsolutePath().getParent())));
  }

  /**
   * What the system says, where it says something; the name of a draft tells the operator nothing.
   */
  private static String why(IOException failure) {
    return failure instanceof FileSystemException named && named.getReason() != null
        ? named.getReason()
        : failure.getClass() == IOException.class
            ? String.valueOf(failure.getMessage())
            : failure.toString();
  }

  /** Keeps lines beside the file, durably, for the day that it is lost. */
  void keep(List<String> lines) throws IOException {
    byte[] octets = octets(lines);
    if (!Files.exists(lastGood) || !Arrays.equals(SmallFile.read(lastGood, LARGEST), octets)) {
      withRoom(
          () -> {
            DurableFile.write(lastGood, octets, DurableFile.PRIVATE);
            return octets;
          });
    }
  }

  /** Does what a full disk forbids again with the room of the files that are held open. */
  private <T> T withRoom(Writing<T> writing) throws IOException {
    try {
      return writing.write();
    } catch (IOException e) {
      // Which fault a full disk is depends on the system and its language.
      if (replaced.letGo()) {
        return writing.write();
      }
      throw e;
    }
  }

  private interface Writing<T> {
    T write() throws IOException;
  }

  /** Returns the lines kept last; none if none were. */
  List<String> kept() throws IOException {
    try {
      return lines(lastGood);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static List<String> lines(Path file) throws IOException {
    String text = new String(SmallFile.read(file, LARGEST), StandardCharsets.ISO_8859_1);
    return List.of(text.split("\n", -1));
  }

  private static byte[] octets(List<String> lines) {
    return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Only a privileged process can give a file away; for others it fails, and the old one stays. */
  private static void keepOwner(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    PosixFileAttributes is = view.readAttributes();
    PosixFileAttributes was = Files.readAttributes(from, PosixFileAttributes.class);
    if (!was.owner().equals(is.owner())) {
      view.setOwner(was.owner());
    }
    if (!was.group().equals(is.group())) {
      try {
        view.setGroup(was.group());
      } catch (IOException e) {
        // The group may not read the file either way.
      }
    }
  }

  private static Optional<Stamp> stamp(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(
              attributes.lastModifiedTime(),
              attributes.size(),
              String.valueOf(attributes.fileKey())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
