package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.netdev.linux.ForeignRules.BaseChain;
import org.culvert.netdev.linux.ForeignRules.Element;
import org.culvert.netdev.linux.ForeignRules.Expression;
import org.culvert.netdev.linux.ForeignRules.Table;
import org.culvert.netdev.linux.RuleTrial.Verdict;

/**
 * Goes through the rules of one table with a packet of which only some things are known: that it is
 * TCP, whether it opens a connection or belongs to one, the devices that it passes, and that its
 * addresses are not translated.
 *
 * <p>What a rule asks for beside may be so or not. So a packet is dropped for certain only where no
 * rule could accept it, whatever its addresses, ports and marks are; who lets some pass is believed
 * to know which.
 */
final class FilterTrial {
  /** A chain that leads on deeper than this is not followed: the kernel follows 16. */
  private static final int DEEPEST = 16;

  private static final int CONTINUE = -1;
  private static final int BREAK = -2;
  private static final int JUMP = -3;
  private static final int GOTO = -4;
  private static final int RETURN = -5;
  private static final int DROP = 0;

  private final ForeignRules foreign;
  private final Table table;
  private final Map<String, List<List<Expression>>> chains;
  private final boolean judged;
  private final Map<String, List<Element>> sets = new HashMap<>();

  FilterTrial(ForeignRules foreign, Table table) throws IOException {
    this.foreign = foreign;
    this.table = table;
    Optional<Map<String, List<List<Expression>>>> rules = foreign.rules(table);
    this.chains = rules.orElse(Map.of());
    this.judged = rules.isPresent();
  }

  /** What may become of a packet in a chain. */
  private enum End {
    ACCEPTED,
    DROPPED,
    /** The chain says nothing. */
    LEFT
  }

  /** Takes note of the devices that rules name. */
  void names(InterfaceNames names) throws IOException {
    for (List<List<Expression>> chain : chains.values()) {
      for (List<Expression> rule : chain) {
        int key = 0;
        for (Expression step : rule) {
          boolean named = key == RuleTrial.META_IIFNAME || key == RuleTrial.META_OIFNAME;
          boolean numbered = key == RuleTrial.META_IIF || key == RuleTrial.META_OIF;
          if (step.name().equals("cmp")) {
            byte[] compared =
                RuleTrial.bytes(step.data().nested(RuleTrial.CMP_DATA).value(RuleTrial.DATA_VALUE));
            if (named) {
              names.name(compared);
            } else if (numbered) {
              names.index(compared);
            }
          } else if (step.name().equals("lookup") && (named || numbered)) {
            for (Element element : elements(step.data().text(1))) {
              byte[] compared = RuleTrial.key(element.attributes());
              if (named) {
                names.name(compared);
              } else {
                names.index(compared);
              }
            }
          }
          key =
              step.name().equals("meta")
                  ? ForeignRules.number(step.data(), RuleTrial.META_KEY)
                  : step.name().equals("bitwise") ? key : 0;
        }
      }
    }
  }

  /** Tells whether a chain drops a packet whatever it has beside. */
  boolean drops(BaseChain base, TrialPacket packet) throws IOException {
    if (!judged) {
      return false;
    }
    Set<End> ends = EnumSet.copyOf(pass(base.name(), packet, 0));
    if (ends.remove(End.LEFT)) {
      ends.add(base.drops() ? End.DROPPED : End.ACCEPTED);
    }
    return ends.equals(EnumSet.of(End.DROPPED));
  }

  private Set<End> pass(String chain, TrialPacket packet, int depth) throws IOException {
    Set<End> ends = EnumSet.noneOf(End.class);
    if (depth > DEEPEST) {
      return EnumSet.allOf(End.class);
    }
    for (List<Expression> rule : chains.getOrDefault(chain, List.of())) {
      RuleTrial trial = new RuleTrial(packet, this::elements);
      trial.run(rule);
      Verdict verdict = trial.verdict();
      if (trial.truth() == Truth.NO || verdict.code() == CONTINUE || verdict.code() == BREAK) {
        continue;
      }
      boolean sure = trial.truth() == Truth.YES;
      switch (verdict.code()) {
        case DROP -> ends.add(End.DROPPED);
        case RETURN -> ends.add(End.LEFT);
        case JUMP, GOTO -> {
          Set<End> there = pass(verdict.chain(), packet, depth + 1);
          boolean back = verdict.code() == JUMP && there.contains(End.LEFT);
          there.forEach(
              end -> {
                if (end != End.LEFT || verdict.code() == GOTO) {
                  ends.add(end);
                }
              });
          sure &= !back;
        }
        default -> ends.add(End.ACCEPTED);
      }
      if (sure) {
        return ends;
      }
    }
    ends.add(End.LEFT);
    return ends;
  }

  private List<Element> elements(String set) throws IOException {
    List<Element> known = sets.get(set);
    if (known == null) {
      known = foreign.elements(table, set);
      sets.put(set, known);
    }
    return known;
  }
}
