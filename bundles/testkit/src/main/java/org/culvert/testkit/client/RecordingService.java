package org.culvert.testkit.client;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.PrefixService;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.jspecify.annotations.Nullable;

/** A service at the client's end that does nothing and keeps all that it was told. */
public abstract class RecordingService {
  private final String name;
  private final List<String> journal;
  private @Nullable ServiceException failure;
  private List<String> wrong = List.of();

  private RecordingService(String name, List<String> journal) {
    this.name = name;
    this.journal = journal;
  }

  /** Lets every deed fail from now on. */
  public void fail(ServiceException why) {
    failure = why;
  }

  /** Lets every deed succeed from now on. */
  public void heal() {
    failure = null;
  }

  /** Takes away what it provides, until it provides anew. */
  public void lose(String what) {
    wrong = List.of(what);
  }

  /** Returns its name. */
  public String name() {
    return name;
  }

  /** Keeps a line, or fails. */
  public void provide(ServedTunnel tunnel) throws ServiceException {
    act("provide", tunnel);
  }

  /** Keeps a line, or fails. */
  public void withdraw(ServedTunnel tunnel) throws ServiceException {
    act("withdraw", tunnel);
  }

  /** Returns what is wrong. */
  public List<String> verify(ServedTunnel tunnel) {
    return wrong;
  }

  private void act(String deed, ServedTunnel tunnel) throws ServiceException {
    Optional<String> prefix = tunnel.prefix().map(IpPrefix::toString);
    journal.add(
        name + " " + deed + " " + prefix.orElse("-") + " on " + tunnel.device().orElse("-"));
    if (failure != null) {
      throw failure;
    }
    wrong = List.of();
  }

  /** Hands a prefix on. */
  public static final class OfPrefixes extends RecordingService implements PrefixService {
    /**
     * @param journal gets a line for each deed
     */
    public OfPrefixes(String name, List<String> journal) {
      super(name, journal);
    }
  }

  /** Speaks routing protocols. */
  public static final class OfRouting extends RecordingService implements RoutingService {
    private Set<RoutingProtocol> protocols;

    /**
     * @param journal gets a line for each deed
     */
    public OfRouting(String name, List<String> journal, RoutingProtocol... protocols) {
      super(name, journal);
      this.protocols = Set.of(protocols);
    }

    /** Speaks others from now on. */
    public void speak(RoutingProtocol... others) {
      protocols = Set.of(others);
    }

    @Override
    public Set<RoutingProtocol> protocols() {
      return protocols;
    }

    @Override
    public String state(ServedTunnel tunnel) {
      return "recorded";
    }
  }
}
