package org.culvert.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseWatcher;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.PrefixRegistry;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the leases, and tells by whois and RDAP who holds a prefix. */
@Component(
    service = {LeaseWatcher.class, PrefixRegistry.class},
    immediate = true,
    configurationPid = Settings.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Config.class)
public final class Registry implements LeaseWatcher, PrefixRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
  private static final int IDLE_SECONDS = 10;

  /** The JDK's HTTP server does not hang up on a request that finds no thread. */
  private static final int WAITING = 1000;

  private final NicHandles handles;
  private final Assignments assignments;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /**
   * Begins to listen.
   *
   * @throws org.culvert.api.config.InvalidConfigurationException if the configuration is refused
   * @throws IOException if an address cannot be listened at; the message names it
   */
  @Activate
  public Registry(Config config) throws IOException {
    this(Settings.from(config));
  }

  Registry(Settings settings) throws IOException {
    handles = new NicHandles(settings.handles(), settings.source(), settings.contact());
    assignments = new Assignments(handles, settings.networks());
    Directory directory = new Directory(settings, assignments);
    QueryLimit limit = new QueryLimit(settings.queriesPerMinute(), System.nanoTime());
    try {
      ExecutorService whois = threads("culvert-whois-query", settings.connections(), 0);
      Whois answers = new Whois(directory);
      for (InetSocketAddress address : settings.whois()) {
        listen(address, () -> new WhoisServer(address, answers, limit, whois));
      }
      ExecutorService rdap = threads("culvert-rdap-query", settings.connections(), WAITING);
      for (InetSocketAddress address : settings.rdap()) {
        listen(address, () -> new RdapServer(address, directory, limit, rdap));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private interface Opening {
    AutoCloseable open() throws IOException;
  }

  private void listen(InetSocketAddress address, Opening opening) throws IOException {
    try {
      open.push(opening.open());
    } catch (IOException e) {
      throw new IOException(
          "etc/"
              + Settings.PID
              + ".cfg: cannot listen at "
              + IpAddresses.text(address.getAddress())
              + " port "
              + address.getPort()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Makes threads that end when there is nothing to do. */
  private ExecutorService threads(String name, int most, int waiting) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            waiting == 0 ? 0 : most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            waiting == 0 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(waiting),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    open.push(threads::shutdownNow);
    return threads;
  }

  /** Returns what listens, the last first. */
  List<AutoCloseable> open() {
    return List.copyOf(open);
  }

  /** Stops answering. */
  @Deactivate
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        LOG.warn("A service of the registry did not end: {}", e.toString());
      }
    }
  }

  @Override
  public String admit(String owner) {
    String handle =
        handles
            .of(owner)
            .orElseThrow(() -> refused("no nic-handle can be made of the user's name"));
    if (!assignments.isFree(handle, owner)) {
      throw refused("nic-handle " + handle + " is another user's");
    }
    return handle;
  }

  @Override
  public void all(Collection<Lease> leases) {
    assignments.replace(leases);
  }

  @Override
  public void changed(Lease lease) {
    assignments.put(lease);
  }

  @Override
  public void removed(Lease lease) {
    assignments.remove(lease);
  }

  private static TspException refused(String why) {
    return new TspException(
        StatusCode.INVALID_NAME, why + "; write one in handles of etc/" + Settings.PID + ".cfg");
  }
}
