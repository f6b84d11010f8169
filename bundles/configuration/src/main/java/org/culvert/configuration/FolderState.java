package org.culvert.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** Tells whether a file of a folder came, went or changed since it was asked last. */
final class FolderState {
  private final Path folder;
  private List<String> before = List.of();

  FolderState(Path folder) {
    this.folder = folder;
  }

  boolean hasChanged() {
    List<String> now = now();
    boolean changed = !now.equals(before);
    before = now;
    return changed;
  }

  private List<String> now() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(FolderState::state).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String state(Path file) {
    try {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      return file + " " + is.lastModifiedTime() + " " + is.size();
    } catch (IOException e) {
      return file.toString();
    }
  }
}
