package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.culvert.api.file.DurableFile;
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

  UserFile(Path path) {
    this.path = path;
    lastGood = Path.of(path + ".last-good");
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
   * read the file.
   *
   * @param content the new lines, and the state of the file that they were made from
   * @return the new state; empty if the file changed meanwhile and was left alone
   */
  Optional<Stamp> replace(Content content) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      // Rather a name with a mistake in it than a wish for a new directory.
      throw new NoSuchFileException(path + " lies in no directory");
    }
    Path draft = DurableFile.draft(path, DurableFile.PRIVATE);
    try {
      if (content.stamp().isPresent()) {
        keepOwner(path.toRealPath(), draft);
      }
      Files.write(draft, octets(content.lines()));
      Optional<Stamp> written = stamp(draft);
      if (!stamp().equals(content.stamp())) {
        return Optional.empty();
      }
      DurableFile.publish(draft, path);
      return written;
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** Keeps lines beside the file, durably, for the day that it is lost. */
  void keep(List<String> lines) throws IOException {
    byte[] octets = octets(lines);
    if (!Files.exists(lastGood) || !Arrays.equals(SmallFile.read(lastGood, LARGEST), octets)) {
      DurableFile.write(lastGood, octets, DurableFile.PRIVATE);
    }
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
