package org.culvert.testkit.service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.NameRequest;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.service.TunnelService;
import org.culvert.api.tunnel.TunnelType;

/**
 * A service around tunnels that has a server of its own to fill, and does as a test wants. What was
 * provided stays there, whatever becomes of the one who asked for it. Any thread may use it.
 */
public abstract class ScriptedService implements TunnelService {
  /** How a service does what it is asked to. */
  public enum Mood {
    /** At once. */
    WORKS,
    /** It does not, and may later. */
    IS_DOWN,
    /** It does, and says that it did not. */
    LOSES_REPLY,
    /** It does not, and never will. */
    REFUSES,
    /** It comes to no end until it is interrupted. */
    HANGS,
    /** It is at fault itself. */
    THROWS
  }

  private final String name;
  private final Map<ServedTunnel, ServedTunnel> provided = new LinkedHashMap<>();
  private final List<String> journal = new ArrayList<>();
  private final Set<String> atFault = ConcurrentHashMap.newKeySet();
  private volatile Mood mood = Mood.WORKS;
  private volatile Runnable step = () -> {};
  private volatile CountDownLatch hanging = new CountDownLatch(1);

  private ScriptedService(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  /** Says whether it is a tunnel's own fault that it cannot be served, as if its user lagged. */
  public void fault(String tunnel, boolean own) {
    if (own) {
      atFault.add(tunnel);
    } else {
      atFault.remove(tunnel);
    }
  }

  /** Changes how the service does what it is asked to. */
  public void is(Mood next) {
    mood = next;
  }

  /** Runs a step before each deed and after it; it may throw. */
  public void atEachStep(Runnable what) {
    step = what;
  }

  /** Returns all that its server has, with the devices it was provided on. */
  public synchronized List<ServedTunnel> provided() {
    return List.copyOf(provided.values());
  }

  /** Returns the ids of the tunnels that its server has something of. */
  public synchronized List<String> ids() {
    return provided.values().stream().map(ServedTunnel::id).toList();
  }

  /** Returns what was asked for, a line each, and forgets it. */
  public synchronized List<String> journal() {
    List<String> lines = List.copyOf(journal);
    journal.clear();
    return lines;
  }

  /** Takes something from its server behind everybody's back. */
  public synchronized void lose(String id) {
    provided.keySet().removeIf(tunnel -> tunnel.id().equals(id));
  }

  /** Waits until a call hangs. */
  public void awaitHanging() throws InterruptedException {
    hanging.await();
  }

  @Override
  public void provide(ServedTunnel tunnel) throws ServiceException {
    act("provide", tunnel, () -> provided.put(content(tunnel), tunnel));
  }

  @Override
  public void withdraw(ServedTunnel tunnel) throws ServiceException {
    act("withdraw", tunnel, () -> provided.remove(content(tunnel)));
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) throws ServiceException {
    List<String> missing = new ArrayList<>();
    act(
        "verify",
        tunnel,
        () -> {
          if (!provided.containsKey(content(tunnel))) {
            missing.add("it is not there");
          }
        });
    return missing;
  }

  private void act(String deed, ServedTunnel tunnel, Runnable done) throws ServiceException {
    synchronized (this) {
      journal.add(deed + " " + tunnel.id() + tunnel.device().map(on -> " on " + on).orElse(""));
    }
    step.run();
    if (mood == Mood.WORKS && atFault.contains(tunnel.id())) {
      throw ServiceException.ofTunnel("its own name server does not answer", null);
    }
    switch (mood) {
      case IS_DOWN -> throw ServiceException.passing("nobody answers", null);
      case REFUSES -> throw ServiceException.lasting("refused", null);
      case THROWS -> throw new IllegalStateException("at fault");
      case HANGS -> hang();
      default -> {
        synchronized (this) {
          done.run();
        }
      }
    }
    step.run();
    if (mood == Mood.LOSES_REPLY) {
      throw ServiceException.passing("the reply is lost", null);
    }
  }

  private void hang() throws ServiceException {
    try {
      hanging.countDown();
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      hanging = new CountDownLatch(1);
      throw ServiceException.passing("interrupted", e);
    }
  }

  /** The records or neighbours do not depend on the device or the type. */
  private static ServedTunnel content(ServedTunnel tunnel) {
    return new ServedTunnel(
        tunnel.id(),
        tunnel.side(),
        tunnel.owner(),
        tunnel.anonymous(),
        TunnelType.V6V4,
        tunnel.serverAddress(),
        tunnel.clientAddress(),
        tunnel.prefix(),
        Optional.empty(),
        tunnel.arrangements());
  }

  /** Fills a name server. */
  public static final class OfNames extends ScriptedService implements DnsRegistrar {
    /** Makes a registrar with an empty name server. */
    public OfNames(String name) {
      super(name);
    }

    @Override
    public NameGrant grant(NameRequest request) {
      return new NameGrant(request.wish(), request.dnsServers());
    }

    @Override
    public List<String> records(ServedTunnel tunnel) {
      return List.of(tunnel.arrangements().name().orElse("-") + " AAAA");
    }
  }

  /** Fills a routing daemon. */
  public static final class OfRouting extends ScriptedService implements RoutingService {
    private volatile Set<RoutingProtocol> protocols;

    /** Makes a service with a daemon that has no neighbours. */
    public OfRouting(String name, RoutingProtocol... protocols) {
      super(name);
      this.protocols = Set.of(protocols);
    }

    /** Changes what can be agreed on. */
    public void speaks(RoutingProtocol... now) {
      protocols = Set.of(now);
    }

    @Override
    public Set<RoutingProtocol> protocols() {
      return protocols;
    }

    @Override
    public String state(ServedTunnel tunnel) {
      return "Established, 1 prefix";
    }
  }
}
