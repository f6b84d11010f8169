package org.culvert.provisioning;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseWatcher;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServiceAdministration;
import org.culvert.api.service.TunnelService;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets DNS and routing follow the leases. Nothing that fails here undoes a tunnel.
 *
 * <p>All is decided on one thread; each service is called on a thread of its own. When this goes,
 * everything stays as it is: the next one finds in the store what was provided.
 */
@Component(
    service = {LeaseWatcher.class, ServiceAdministration.class},
    configurationPid = Settings.PID,
    immediate = true)
@Designate(ocd = Config.class)
public final class Provisioning implements LeaseWatcher, ServiceAdministration {
  private static final Logger LOG = LoggerFactory.getLogger(Provisioning.class);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final long TICK_SECONDS = 1;

  private final Settings settings;
  private final ScheduledExecutorService thread;
  private final Inbox inbox = new Inbox();
  private final Provisioner provisioner;
  private final Desk desk;
  private final ScheduledFuture<?> tick;
  private volatile boolean closed;

  /** The tunnel server, while one is there. */
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable TunnelServer server;

  /** Starts on a thread of its own. */
  @Activate
  public Provisioning(Config config, @Reference DutyStore store) {
    this(
        Settings.from(config),
        store,
        Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "culvert-provisioning")),
        new SteadyClock(InstantSource.system(), System::nanoTime),
        name -> Executors.newSingleThreadExecutor(task -> daemon(task, name)),
        new SplittableRandom());
  }

  /**
   * Starts, and reads what is stored. Blocks.
   *
   * @param thread runs one task at a time; shut down by {@link #close}
   * @param workers makes a thread of a name
   * @throws org.culvert.api.lease.LeaseStoreException if the store cannot be read
   */
  Provisioning(
      Settings settings,
      DutyStore store,
      ScheduledExecutorService thread,
      SteadyClock clock,
      Function<String, ExecutorService> workers,
      RandomGenerator random) {
    this.settings = settings;
    this.thread = thread;
    try {
      provisioner =
          new Provisioner(
              settings,
              store,
              this::post,
              clock,
              () -> Optional.ofNullable(server),
              workers,
              random);
    } catch (RuntimeException e) {
      thread.shutdownNow();
      throw e;
    }
    desk = new Desk(provisioner, clock);
    tick =
        thread.scheduleWithFixedDelay(
            () -> carefully(provisioner::tick), TICK_SECONDS, TICK_SECONDS, TimeUnit.SECONDS);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addRegistrar(DnsRegistrar registrar, Map<String, ?> properties) {
    post(() -> provisioner.add(Duty.Kind.DNS, registrar, Rank.of(properties)));
  }

  /** Lets a registrar go; what it provided stays, for names are true without it. */
  void removeRegistrar(DnsRegistrar registrar) {
    remove(Duty.Kind.DNS, registrar);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addRouting(RoutingService routing, Map<String, ?> properties) {
    post(() -> provisioner.add(Duty.Kind.ROUTING, routing, Rank.of(properties)));
  }

  /** Lets a routing service go once it has taken its tunnels back, for a limited time. */
  void removeRouting(RoutingService routing) {
    remove(Duty.Kind.ROUTING, routing);
  }

  private void remove(Duty.Kind kind, TunnelService service) {
    try {
      leave(kind, service).get(settings.leave().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("{} is let go while something is still being decided", service.name(), e);
    }
  }

  /** Lets a service go; completes when it is called no more. */
  CompletableFuture<Void> leave(Duty.Kind kind, TunnelService service) {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    if (closed) {
      // The next one finds everything as it is.
      gone.complete(null);
    } else {
      post(() -> provisioner.remove(kind, service, () -> gone.complete(null)));
    }
    return gone;
  }

  @Override
  public void all(Collection<Lease> leases) {
    inbox.all(leases);
    post(this::readNews);
  }

  @Override
  public void changed(Lease lease) {
    if (inbox.put(lease.id(), Wanted.of(lease))) {
      post(this::readNews);
    }
  }

  @Override
  public void removed(Lease lease) {
    if (inbox.put(lease.id(), Optional.empty())) {
      post(this::readNews);
    }
  }

  private void readNews() {
    provisioner.take(inbox.take());
  }

  @Override
  public List<Duty> duties() {
    return desk.duties();
  }

  @Override
  public CompletionStage<List<String>> details(String id) {
    return ask(() -> desk.details(id));
  }

  @Override
  public int retry(String id) {
    int tried = desk.retriable(id);
    post(() -> desk.retry(id));
    return tried;
  }

  @Override
  public CompletionStage<Integer> forget(String service) {
    return ask(() -> desk.forget(service));
  }

  @Override
  public CompletionStage<List<String>> verify(String id) {
    return ask(() -> desk.verify(id));
  }

  private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
    return CompletableFuture.supplyAsync(question, this::post).thenCompose(stage -> stage);
  }

  /**
   * Lets what is being done come to its end, for a short time, and notes it. Withdraws nothing:
   * this goes with the framework, or another takes its place.
   */
  @Deactivate
  public void close() {
    closed = true;
    tick.cancel(false);
    try {
      ask(this::settle).toCompletableFuture().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Not everything was noted at the end; it will be tried again", e);
    }
    post(provisioner::interrupt);
    thread.shutdown();
  }

  private CompletionStage<Void> settle() {
    return provisioner.close().thenComposeAsync(done -> provisioner.book.close(), this::post);
  }

  private void post(Runnable step) {
    try {
      thread.execute(() -> carefully(step));
    } catch (RejectedExecutionException e) {
      LOG.debug("Too late, provisioning is stopping");
    }
  }

  /** An exception would end the clock, and with it all that is tried again. */
  private static void carefully(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("A step of provisioning failed", e);
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
