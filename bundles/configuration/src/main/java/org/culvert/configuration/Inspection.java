package org.culvert.configuration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.Spelling;

/**
 * Looks through all configurations.
 *
 * @param definitions what may be written
 * @param others configurations that components ask for without saying what may be in them
 * @param mechanisms the names of what is installed
 * @param settled whether all that is installed has started, so that what is missing is missing
 * @param kept tells of a configuration whether the one before it is still in force
 */
record Inspection(
    Map<String, Definition> definitions,
    Set<String> others,
    Set<String> mechanisms,
    boolean settled,
    Predicate<String> kept) {
  private static final String IN_FORCE = "; what was there before is still in force";
  private static final String ALONE = "; what runs goes on without it";

  private static final String OURS = "org.culvert.";

  List<Mistake> of(List<Written> all) {
    List<Mistake> mistakes = new ArrayList<>();
    all.stream()
        .sorted(Comparator.comparing(Written::file))
        .forEach(written -> mistakes.addAll(of(written)));
    return mistakes;
  }

  private List<Mistake> of(Written written) {
    List<Mistake> mistakes = new ArrayList<>();
    Definition definition = definitions.get(written.kind());
    if (definition == null) {
      if (settled && !others.contains(written.kind())) {
        unread(written).ifPresent(line -> mistakes.add(remark(written, line)));
      }
      return mistakes;
    }
    Examination examination = Examination.of(written, definition, definitions.values());
    String force = kept.test(written.pid()) ? IN_FORCE : "";
    examination
        .refusals()
        .forEach(line -> mistakes.add(new Mistake(written.kind(), true, line + force)));
    examination.remarks().forEach(line -> mistakes.add(remark(written, line)));
    if (settled) {
      Mechanisms.unknown(written, definition, mechanisms)
          .forEach(line -> mistakes.add(remark(written, line)));
    }
    return mistakes;
  }

  /** Returns what is told of a configuration that a component refused, or would refuse. */
  Mistake rejected(String pid, Mistake mistake) {
    return new Mistake(mistake.pid(), true, mistake.text() + (kept.test(pid) ? IN_FORCE : ALONE));
  }

  private static Mistake remark(Written written, String line) {
    return new Mistake(written.kind(), false, line);
  }

  /** Others' files are none of our business, unless they are almost called as one that is. */
  private Optional<String> unread(Written written) {
    String owner = FileNames.owner(written.kind());
    Map<String, String> names =
        definitions.keySet().stream()
            .filter(pid -> FileNames.owner(pid).equals(owner))
            .collect(Collectors.toMap(pid -> pid.substring(owner.length()), pid -> pid));
    Optional<String> near =
        Spelling.nearest(written.kind().substring(owner.length()), names.keySet())
            .map(name -> definitions.get(names.get(name)))
            .map(one -> one.pid() + (one.several() ? "-NAME.cfg" : ".cfg"));
    return fileNames()
        .meant(written.stem())
        .or(() -> fileNames().meantWithoutOwner(written.stem()))
        .or(() -> near)
        .map(name -> "%s: nothing reads it; is %s meant?".formatted(written.file(), name))
        .or(
            () ->
                Optional.of(written)
                    .filter(ours -> owner.equals(OURS))
                    .map(
                        ours ->
                            ours.file()
                                + ": nothing that is installed reads it; if it is for a feature"
                                + " that is not installed: feature:install "
                                + feature(ours.kind())));
  }

  /** Our features are called as what they configure. */
  private static String feature(String kind) {
    return "culvert-" + kind.substring(OURS.length()).replace('.', '-');
  }

  private FileNames fileNames() {
    return new FileNames(definitions.values());
  }
}
