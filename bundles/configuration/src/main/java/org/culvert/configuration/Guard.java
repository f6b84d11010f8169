package org.culvert.configuration;

import java.util.Collections;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationPlugin;

/**
 * Stands between the files and the components. What is meant is handed on; of what means nothing,
 * nothing at all: then the component keeps what it had before, or, if it had nothing yet, waits.
 * The same where a component did not take what it was handed, once it has run with something else,
 * and where it runs and would not take it.
 */
final class Guard implements ConfigurationPlugin {
  /** Components wait for a condition; without this key it is one that always holds. */
  static final String CONDITION = "osgi.ds.satisfying.condition.target";

  static final String NEVER = "(osgi.condition.id=org.culvert.configuration.right)";

  private final Supplier<Map<String, Definition>> definitions;
  private final Checks checks;

  /** What was handed on, what of it components ran with, and what none took. */
  private final Map<String, Map<String, Object>> given = new ConcurrentHashMap<>();

  private final Proofs proofs;
  private final Map<String, Rejected> rejected = new ConcurrentHashMap<>();

  /** What components have run with no configuration for, so with their defaults. */
  private final Set<String> unconfigured = ConcurrentHashMap.newKeySet();

  /**
   * What no component took.
   *
   * @param mistake what the component said that refused it; it may be another's than its own
   * @param foreseen whether it would be refused, and was not handed on
   */
  private record Rejected(Map<String, Object> values, Mistake mistake, boolean foreseen) {
    boolean isOfAnother(String pid) {
      return !mistake.pid().equals(Written.kindOf(pid));
    }
  }

  Guard(Supplier<Map<String, Definition>> definitions, Checks checks) {
    this(definitions, checks, System::nanoTime);
  }

  /**
   * Hands nothing on yet.
   *
   * @param nanos a clock that never jumps
   */
  Guard(Supplier<Map<String, Definition>> definitions, Checks checks, LongSupplier nanos) {
    this.definitions = definitions;
    this.checks = checks;
    this.proofs = new Proofs(nanos);
  }

  @Override
  public void modifyConfiguration(
      ServiceReference<?> reference, Dictionary<String, Object> properties) {
    Written written = Written.of(properties);
    Map<String, Definition> all = definitions.get();
    Definition definition = all.get(written.kind());
    if (definition == null) {
      return;
    }
    String pid = written.pid();
    Examination examination = Examination.of(written, definition, all.values());
    Rejected before = rejected.get(pid);
    if (before != null && !Written.same(before.values(), examination.values())) {
      rejected.remove(pid);
      before = null;
    }
    if (examination.refusals().isEmpty() && before == null && !foresees(pid, examination)) {
      give(pid, examination.values());
    }
    if (unconfigured.contains(pid)) {
      given.putIfAbsent(pid, defaults(examination.values()));
    }
    Map<String, Object> right = given.get(pid);
    if (right == null) {
      properties.put(CONDITION, NEVER);
    } else {
      replace(properties, right);
    }
  }

  private void give(String pid, Map<String, Object> values) {
    Map<String, Object> before = given.put(pid, values);
    if (before == null || !Written.same(before, values)) {
      proofs.handedOn(pid);
    }
  }

  /** Keeps back from a component that runs what it would not take; tells whether that is so. */
  private boolean foresees(String pid, Examination examination) {
    boolean runs = proofs.isAny(pid) || unconfigured.contains(pid);
    Map<String, Object> now = given.get(pid);
    if (!runs || (now != null && Written.same(now, examination.values()))) {
      return false;
    }
    Optional<Mistake> mistake = checks.mistake(Written.kindOf(pid), examination.values());
    mistake.ifPresent(one -> rejected.put(pid, new Rejected(examination.values(), one, true)));
    return mistake.isPresent();
  }

  /** Tells whether something that was kept back would be taken now. */
  boolean isAnyMended() {
    return rejected.entrySet().stream().anyMatch(this::isMended);
  }

  /**
   * Forgets what was kept back and would be taken now, since another file has become right.
   *
   * @return what is to be handed on again
   */
  List<String> mended() {
    List<String> again =
        rejected.entrySet().stream().filter(this::isMended).map(Map.Entry::getKey).toList();
    again.forEach(rejected::remove);
    return again;
  }

  private boolean isMended(Map.Entry<String, Rejected> one) {
    return one.getValue().foreseen()
        && checks.mistake(Written.kindOf(one.getKey()), one.getValue().values()).isEmpty();
  }

  /** Tells whether what was right before, and ran, is in force, for what came after it is not. */
  boolean keeps(String pid) {
    return given.containsKey(pid) && (proofs.isAny(pid) || unconfigured.contains(pid));
  }

  /** Notes that a component runs although there is no configuration for it. */
  void proveDefaults(String pid) {
    unconfigured.add(pid);
  }

  /** Nothing but what the framework says makes a component take its defaults. */
  private static Map<String, Object> defaults(Map<String, Object> values) {
    return values.entrySet().stream()
        .filter(entry -> Written.isOfFramework(entry.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /**
   * Notes that components run with what was handed on, and none of them refuses it.
   *
   * @param running their configurations
   * @param right those of them that nobody refuses
   * @param known what components there are ask for
   */
  void prove(Set<String> running, Set<String> right, Set<String> known) {
    Set<String> now = new HashSet<>(unconfigured);
    running.forEach(pid -> now.add(Written.kindOf(pid)));
    boolean all = proofs.isAll(now, known);
    for (String pid : right) {
      Map<String, Object> values = given.get(pid);
      if (values != null) {
        proofs.prove(pid, values, all);
      }
    }
  }

  /** Tells whether more is known of what was handed on when some seconds have gone by. */
  boolean isAnyYoung() {
    return given.keySet().stream().anyMatch(proofs::isYoung);
  }

  /**
   * Notes that what was handed on was not taken.
   *
   * @return whether there is something else, which the component has to be handed now
   */
  boolean reject(String pid, Mistake mistake) {
    Map<String, Object> values = given.get(pid);
    Map<String, Object> other = values == null ? null : proofs.before(pid, values);
    if (other == null && values != null && unconfigured.contains(pid)) {
      other = defaults(values);
    }
    if (values == null || other == null || Written.same(values, other)) {
      return false;
    }
    rejected.put(pid, new Rejected(values, mistake, false));
    give(pid, other);
    return true;
  }

  /**
   * Keeps back what never was in force and what a component refuses that ran before it came, so
   * that this one runs on without it.
   *
   * @return whether it is to be handed on again, which now ends it
   */
  boolean withhold(String pid, Mistake mistake) {
    String refuser = mistake.pid();
    boolean ran = proofs.isAny(refuser) || unconfigured.contains(refuser);
    Map<String, Object> values = given.get(pid);
    if (values == null || !ran || proofs.isFirm(pid) || refuser.equals(Written.kindOf(pid))) {
      return false;
    }
    rejected.put(pid, new Rejected(values, mistake, false));
    given.remove(pid);
    proofs.forget(pid);
    return true;
  }

  /**
   * Forgets what was refused beside a configuration that has changed now: together they may do.
   *
   * @return what is to be handed on again
   */
  List<String> reconsider(String changed) {
    List<String> again =
        rejected.entrySet().stream()
            .filter(one -> one.getValue().isOfAnother(one.getKey()))
            .filter(one -> !one.getKey().equals(changed))
            .filter(
                one ->
                    one.getValue().mistake().pid().equals(changed)
                        || Written.kindOf(one.getKey()).equals(Written.kindOf(changed)))
            .map(Map.Entry::getKey)
            .toList();
    again.forEach(rejected::remove);
    return again;
  }

  /** Returns why something else than what is written is in force, by configuration. */
  Map<String, Mistake> rejections() {
    return rejected.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, one -> one.getValue().mistake()));
  }

  /** Forgets a configuration that was deleted. */
  void forget(String pid) {
    given.remove(pid);
    proofs.forget(pid);
    rejected.remove(pid);
  }

  /** Keys that differ in case only are one key here, but not for those who read them. */
  private static void replace(Dictionary<String, Object> properties, Map<String, Object> values) {
    Collections.list(properties.keys()).forEach(properties::remove);
    values.forEach(properties::put);
  }
}
