package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The file of users as a list of lines, which can be replaced as a whole.
 *
 * <p>Lines hold octets, one in each character, so that what is no UTF-8 comes back as it was. Line
 * ends are kept too: a line may end with a carriage return.
 */
final class UserFile {
  private final Path path;

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

    /** Names no line, for lines may hold passwords. */
    @Override
    public String toString() {
      return "Content[" + stamp + "]";
    }
  }

  UserFile(Path path) {
    this.path = path;
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
        String text = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        return new Content(before, List.of(text.split("\n", -1)));
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
    Path target = content.stamp().isPresent() ? path.toRealPath() : path;
    Path directory = Objects.requireNonNull(target.getParent(), "a file lies in a directory");
    // Made with mode 0600 where the file system has modes.
    Path draft = Files.createTempFile(directory, ".culvert-users-", ".tmp");
    try {
      if (content.stamp().isPresent()) {
        keepOwner(target, draft);
      }
      String text = String.join("\n", content.lines());
      ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        while (octets.hasRemaining()) {
          channel.write(octets);
        }
        channel.force(true);
      }
      Optional<Stamp> written = stamp(draft);
      if (!stamp().equals(content.stamp())) {
        return Optional.empty();
      }
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      synchronize(directory);
      return written;
    } finally {
      Files.deleteIfExists(draft);
    }
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

  /** Makes the new name durable; some systems cannot open a directory, and need not. */
  private static void synchronize(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file itself is on the disk; after a power cut the old one may be back, and is read
      // anew.
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
