package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.configuration.Failures.Failure;
import org.junit.jupiter.api.Test;

class FallBackTest {
  private static final String GRE = "com.example.gre";
  private static final String PEER = "com.example.peer~home";
  private static final Set<String> NOTHING = Set.of();

  private final List<String> bad = new ArrayList<>();
  private long now;
  private final Guard guard =
      new Guard(
          Samples::definitions, new Checks(() -> List.of(new Check(), new Broken())), () -> now);
  private final List<String> again = new ArrayList<>();
  private final FallBack fallBack = new FallBack(guard, again::add);

  @Test
  void whatRanIsPutBackIfTheComponentRefusesWhatComesAfterIt() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));

    refuses(Samples.file(GRE, "key.number", "0"));

    assertThat(again).containsExactly(GRE);
    assertThat(given(Samples.file(GRE, "key.number", "0")).get("key.number")).isEqualTo("7");
    assertThat(guard.rejections()).containsOnlyKeys(GRE);
  }

  @Test
  void whatWouldBeRefusedIsKeptBackFromAComponentThatRuns() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    bad.add("8");

    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isEqualTo("7");

    assertThat(guard.rejections()).containsOnlyKeys(GRE);
    assertThat(guard.rejections().get(GRE)).isEqualTo(new Mistake(GRE, true, "8 is bad"));
    assertThat(guard.isAnyMended()).isFalse();
    look(List.of(), List.of(), Set.of(GRE), NOTHING);
    assertThat(again).isEmpty();
  }

  @Test
  void whatWasKeptBackIsHandedOnWhenItHasBecomeRight() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    bad.add("8");
    given(Samples.file(GRE, "key.number", "8"));
    bad.clear();

    assertThat(guard.isAnyMended()).isTrue();
    look(List.of(), List.of(), Set.of(GRE), NOTHING);

    assertThat(again).containsExactly(GRE);
    assertThat(guard.rejections()).isEmpty();
    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isEqualTo("8");
  }

  @Test
  void whatWouldBeRefusedIsKeptBackFromDefaultsThatRun() throws IOException {
    look(List.of(), List.of(), NOTHING, Set.of(GRE));
    bad.add("8");

    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isNull();
    assertThat(guard.rejections()).containsOnlyKeys(GRE);
  }

  /** It says itself what is wrong, and nothing better is in force. */
  @Test
  void aComponentThatDoesNotRunIsAskedItself() {
    bad.add("8");

    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isEqualTo("8");
    assertThat(guard.rejections()).isEmpty();
  }

  @Test
  void whatRunsAlreadyIsNotKeptBack() throws IOException {
    runs(Samples.file(GRE, "key.number", "8"));
    bad.add("8");

    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isEqualTo("8");
    assertThat(guard.rejections()).isEmpty();
  }

  /** Refuses the numbers that are bad. */
  private final class Check implements ConfigurationCheck {
    @Override
    public String pid() {
      return GRE;
    }

    @Override
    public Optional<String> refusal(Map<String, Object> values) {
      return bad.stream()
          .filter(number -> number.equals(values.get("key.number")))
          .map("%s is bad"::formatted)
          .findFirst();
    }
  }

  private static final class Broken implements ConfigurationCheck {
    @Override
    public String pid() {
      return GRE;
    }

    @Override
    public Optional<String> refusal(Map<String, Object> values) {
      throw new IllegalStateException("broken");
    }
  }

  @Test
  void whatNeverRanIsNotPutBack() throws IOException {
    refuses(Samples.file(GRE, "key.number", "0"));

    assertThat(again).isEmpty();
    assertThat(guard.rejections()).isEmpty();
    assertThat(given(Samples.file(GRE, "key.number", "0")).get("key.number")).isEqualTo("0");
  }

  @Test
  void defaultsAreInForceAgainIfTheFirstFileIsRefused() throws IOException {
    look(List.of(), List.of(), NOTHING, Set.of(GRE));

    refuses(Samples.file(GRE, "key.number", "0"));

    assertThat(again).containsExactly(GRE);
    Dictionary<String, Object> given = given(Samples.file(GRE, "key.number", "0"));
    assertThat(given.get("key.number")).isNull();
    assertThat(given.get("service.pid")).isEqualTo(GRE);
    assertThat(guard.rejections()).containsOnlyKeys(GRE);
  }

  @Test
  void defaultsStayInForceIfTheFirstFileMeansNothing() throws IOException {
    look(List.of(), List.of(), NOTHING, Set.of(GRE));

    Dictionary<String, Object> given = given(Samples.file(GRE, "key.number", "many"));

    assertThat(given.get("key.number")).isNull();
    assertThat(given.get(Guard.CONDITION)).isNull();
    assertThat(guard.keeps(GRE)).isTrue();
  }

  @Test
  void whatRanAndIsRefusedNowIsNotPutBackForEver() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));

    refuses(Samples.file(GRE, "key.number", "7"));

    assertThat(again).isEmpty();
  }

  @Test
  void otherWordsAreTriedAgain() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    refuses(Samples.file(GRE, "key.number", "0"));

    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isEqualTo("8");
    assertThat(guard.rejections()).isEmpty();
  }

  @Test
  void listsAreComparedByWhatIsInThem() throws IOException {
    runs(Samples.file(GRE, "udp.mechanisms", new String[] {"A"}));
    refuses(Samples.file(GRE, "udp.mechanisms", new String[] {"B"}));

    Dictionary<String, Object> given =
        given(Samples.file(GRE, "udp.mechanisms", new String[] {"B"}));

    assertThat((String[]) given.get("udp.mechanisms")).containsExactly("A");
  }

  @Test
  void oneIsBlamedWhoseFileIsNamed() throws IOException {
    runs(Samples.oneOf("com.example.peer", "home", "key.number", "7"));
    Written wrong = Written.of(Samples.oneOf("com.example.peer", "home", "key.number", "0"));
    given(Samples.oneOf("com.example.peer", "home", "key.number", "0"));

    Mistake mistake = new Mistake(GRE, true, "etc/com.example.peer-home.cfg: it will not do");
    look(
        List.of(wrong),
        List.of(new Failure("Gre", "com.example", GRE, Optional.of(mistake), "")),
        Set.of(PEER),
        NOTHING);

    assertThat(again).containsExactly(PEER);
  }

  @Test
  void whatComesNewAndARunningComponentRefusesIsKeptBack() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    refusesAnother("0");

    assertThat(again).containsExactly(PEER);
    assertThat(peer("0").get(Guard.CONDITION)).isEqualTo(Guard.NEVER);
    assertThat(guard.rejections()).containsOnlyKeys(PEER);
    assertThat(peer("1").get(Guard.CONDITION)).isNull();
  }

  @Test
  void aComponentThatNeverRanDoesNotStartWithHalfOfWhatWasMeant() throws IOException {
    refusesAnother("0");

    assertThat(again).isEmpty();
    assertThat(peer("0").get(Guard.CONDITION)).isNull();
  }

  @Test
  void whatWasKeptBackIsTriedAgainWhenItsRefuserIsConfiguredAnew() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    refusesAnother("0");
    again.clear();

    fallBack.changed(PEER);
    fallBack.changed("com.example.stranger");
    assertThat(again).isEmpty();
    fallBack.changed(GRE);

    assertThat(again).containsExactly(PEER);
    assertThat(peer("0").get(Guard.CONDITION)).isNull();
  }

  @Test
  void handingOneOnAgainIsNoReasonToTryAnother() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    refusesAnother("0");
    assertThat(again).containsExactly(PEER);

    Dictionary<String, Object> other = Samples.oneOf("com.example.peer", "away", "key.number", "0");
    given(other);
    Mistake mistake = new Mistake(GRE, true, "etc/com.example.peer-away.cfg: nor will this");
    look(
        List.of(Written.of(other)),
        List.of(new Failure("Gre", "com.example", GRE, Optional.of(mistake), "")),
        NOTHING,
        NOTHING);
    assertThat(again).containsExactly(PEER, "com.example.peer~away");

    fallBack.changed(PEER);
    fallBack.changed("com.example.peer~away");
    assertThat(again).hasSize(2);
    fallBack.changed("com.example.peer~away");
    assertThat(again).hasSize(3).last().isEqualTo(PEER);
  }

  private static final String AWAY = "com.example.away";

  /** The runtime calls a component active that it is ending because of the wrong values. */
  @Test
  void whatIsHandedOnWhileTheComponentEndsHasNotRun() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    later(3600);
    runs(Samples.file(GRE, "key.number", "0"));

    refuses(Samples.file(GRE, "key.number", "0"));

    assertThat(again).containsExactly(GRE);
    assertThat(given(Samples.file(GRE, "key.number", "0")).get("key.number")).isEqualTo("7");
    assertThat(guard.rejections()).containsOnlyKeys(GRE);
  }

  @Test
  void defaultsThatEndBecauseOfAWrongFileAreInForceAgain() throws IOException {
    look(List.of(), List.of(), NOTHING, Set.of(GRE));
    runs(Samples.file(GRE, "key.number", "0"));

    refuses(Samples.file(GRE, "key.number", "0"));

    assertThat(again).containsExactly(GRE);
    assertThat(given(Samples.file(GRE, "key.number", "0")).get("key.number")).isNull();
  }

  /** What no longer does after a long time is not replaced by what was meant once. */
  @Test
  void whatRanForLongIsNotReplacedByWhatRanBeforeIt() throws IOException {
    runs(Samples.file(GRE, "key.number", "7"));
    runs(Samples.file(GRE, "key.number", "8"));
    assertThat(guard.isAnyYoung()).isTrue();
    later(11);
    runs(Samples.file(GRE, "key.number", "8"));
    assertThat(guard.isAnyYoung()).isFalse();

    refuses(Samples.file(GRE, "key.number", "8"));

    assertThat(again).isEmpty();
  }

  /** A component is away, a wrong file comes, the component comes back. */
  @Test
  void aWrongFileThatComesWhileItsRefuserIsAwayIsKeptBack() throws IOException {
    Set<String> known = Set.of(GRE, "com.example.peer");
    runs(Samples.file(GRE, "key.number", "7"));
    peer("0");
    for (int second = 0; second < 60; second++) {
      later(1);
      fallBack.look(List.of(), List.of(), Set.of(PEER), NOTHING, known);
    }

    refusesAnother("0");

    assertThat(again).containsExactly(PEER);
    assertThat(peer("0").get(Guard.CONDITION)).isEqualTo(Guard.NEVER);
    assertThat(guard.rejections()).containsOnlyKeys(PEER);
  }

  @Test
  void aFileThatBecomesWrongWhileItsRefuserIsAwayKeepsItsLastRightValues() throws IOException {
    Set<String> known = Set.of(GRE, "com.example.peer", AWAY);
    given(Samples.file(GRE, "key.number", "7"));
    peer("1");
    later(60);
    fallBack.look(List.of(), List.of(), Set.of(GRE, PEER), NOTHING, known);
    peer("0");
    for (int second = 0; second < 60; second++) {
      later(1);
      fallBack.look(List.of(), List.of(), Set.of(PEER), NOTHING, known);
    }

    refusesAnother("0");

    assertThat(again).containsExactly(PEER);
    assertThat(peer("0").get("key.number")).isEqualTo("1");
  }

  @Test
  void aComponentIsGivenItsOwnLastValuesIfTheyRanWithTheFileThatItBlames() throws IOException {
    given(Samples.file(GRE, "key.number", "7"));
    peer("0");
    later(60);
    look(List.of(), List.of(), Set.of(GRE, PEER), NOTHING);
    given(Samples.file(GRE, "key.number", "8"));

    refusesAnother("0");

    assertThat(again).containsExactly(GRE);
    assertThat(given(Samples.file(GRE, "key.number", "8")).get("key.number")).isEqualTo("7");
  }

  private void later(int seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  private void look(
      List<Written> all, List<Failure> failures, Set<String> running, Set<String> unconfigured)
      throws IOException {
    fallBack.look(all, failures, running, unconfigured, NOTHING);
  }

  private void refusesAnother(String number) throws IOException {
    Written wrong = Written.of(peer(number));
    Mistake mistake = new Mistake(GRE, true, "etc/com.example.peer-home.cfg: it will not do");
    look(
        List.of(wrong),
        List.of(new Failure("Gre", "com.example", GRE, Optional.of(mistake), "")),
        NOTHING,
        NOTHING);
  }

  private Dictionary<String, Object> peer(String number) {
    return given(Samples.oneOf("com.example.peer", "home", "key.number", number));
  }

  private void runs(Dictionary<String, Object> properties) throws IOException {
    String pid = properties.get("service.pid").toString();
    given(properties);
    look(List.of(), List.of(), Set.of(pid), NOTHING);
  }

  private void refuses(Dictionary<String, Object> properties) throws IOException {
    Written written = Written.of(properties);
    given(properties);
    Mistake mistake = new Mistake(GRE, true, written.file() + ": it will not do");
    look(
        List.of(written),
        List.of(new Failure("Gre", "com.example", GRE, Optional.of(mistake), "")),
        NOTHING,
        NOTHING);
  }

  private Dictionary<String, Object> given(Dictionary<String, Object> properties) {
    guard.modifyConfiguration(null, properties);
    return properties;
  }
}
