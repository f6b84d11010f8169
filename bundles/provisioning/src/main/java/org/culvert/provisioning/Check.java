package org.culvert.provisioning;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What an operator who asked for a look is told at its end. For the thread that owns all state. */
final class Check {
  /** So that an answer about many tunnels does not fill the memory. */
  private static final int MOST_LINES = 10_000;

  final CompletableFuture<List<String>> answer = new CompletableFuture<>();
  private final List<String> lines = new ArrayList<>();
  private int left = 1;

  void expect() {
    left++;
  }

  void found(String line) {
    if (lines.size() < MOST_LINES) {
      lines.add(line);
    }
  }

  void oneIsOver() {
    if (--left == 0) {
      answer.complete(List.copyOf(lines));
    }
  }
}
