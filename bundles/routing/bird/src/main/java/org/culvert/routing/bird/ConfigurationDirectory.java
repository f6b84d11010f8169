package org.culvert.routing.bird;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.culvert.api.file.FullDisk;
import org.culvert.api.file.SmallFile;
import org.culvert.api.file.UnfitFileException;
import org.culvert.api.service.ServiceException;

/** The directory that BIRD reads tunnels' files from. Files that are not a tunnel's are let be. */
final class ConfigurationDirectory {
  private static final int LARGEST_FILE = 64 * 1024;

  private final Path directory;

  ConfigurationDirectory(Path directory) {
    this.directory = directory;
  }

  /** Returns a file's whole name. */
  Path path(String file) {
    return directory.resolve(file);
  }

  /** Returns what a file holds; empty: there is none. */
  Optional<String> read(String file) throws ServiceException {
    try {
      byte[] content = SmallFile.read(path(file), LARGEST_FILE);
      return Optional.of(new String(content, StandardCharsets.UTF_8));
    } catch (UnfitFileException e) {
      // It is not as it was written.
      return Optional.of("");
    } catch (NoSuchFileException e) {
      if (!Files.isDirectory(directory)) {
        throw failed(e);
      }
      return Optional.empty();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Makes a file hold this, or not be there. BIRD finds the old one or the new one. */
  void write(String file, Optional<String> content) throws ServiceException {
    try {
      if (content.isEmpty()) {
        Files.deleteIfExists(path(file));
        return;
      }
      // BIRD includes what ends with .conf.
      Path unfinished = directory.resolve("." + file + ".new");
      try (FileChannel channel = FileChannel.open(unfinished, CREATE, WRITE, TRUNCATE_EXISTING)) {
        ByteBuffer octets = ByteBuffer.wrap(content.get().getBytes(StandardCharsets.UTF_8));
        while (octets.hasRemaining()) {
          channel.write(octets);
        }
        // After a power cut half a file would keep BIRD from starting.
        channel.force(true);
      }
      // BIRD is another user than this.
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(unfinished, path(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private ServiceException failed(IOException e) {
    if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
      return ServiceException.lasting(
          "there is no directory " + directory + "; make it, and let bird.conf include it", e);
    }
    if (e instanceof AccessDeniedException) {
      return ServiceException.lasting("not allowed to write to " + directory, e);
    }
    return ServiceException.passing(
        "could not read or write in " + directory + ": " + FullDisk.words(path("any"), e), e);
  }
}
