package org.culvert.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationReport;
import org.culvert.api.config.MistakeSource;
import org.culvert.configuration.Failures.Failure;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches all configurations: keeps from the components what means nothing, and tells each mistake
 * once, in the log, for as long as it lasts. Starts before what it guards.
 */
@Component(
    service = {ConfigurationReport.class, ConfigurationPlugin.class, ConfigurationListener.class},
    immediate = true,
    // The framework lets a plug-in change what it hands on if this is from 0 to 1000.
    property = "service.cmRanking:Integer=500")
public final class Watch
    implements ConfigurationReport,
        ConfigurationPlugin,
        ConfigurationListener,
        BundleListener,
        ServiceListener {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** Much comes and goes at a time, and means what it is to mean only when all of it is there. */
  private static final long QUIET_MILLIS = 500;

  private static final long FOLDER_MILLIS = 2000;

  /** What has not started in so long after another came or went is not on its way. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final BundleContext context;
  private final Configurations configurations;
  private final Definitions definitions;
  private final Failures failures;
  private final Guard guard;
  private final FallBack fallBack;
  private final Path folder = Path.of(System.getProperty("karaf.etc", "etc"));
  private final Unread unread = new Unread(folder);
  private final RepeatedKeys repeated = new RepeatedKeys(folder);
  private final FolderState state = new FolderState(folder);
  private final AtomicReference<@Nullable Future<?>> next = new AtomicReference<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "culvert-configuration");
            made.setDaemon(true);
            return made;
          });

  private final FrameworkErrors errors = new FrameworkErrors();
  private final Set<String> changed = ConcurrentHashMap.newKeySet();

  /** Who else knows mistakes. */
  @Reference private volatile List<MistakeSource> sources = List.of();

  /** Who knows beforehand what components would refuse. */
  @Reference private volatile List<ConfigurationCheck> checks = List.of();

  private volatile long lastChange = System.nanoTime();

  /** The thread's. */
  private Set<String> told = Set.of();

  /** Begins to watch. */
  @Activate
  public Watch(
      BundleContext context,
      @Reference ConfigurationAdmin framework,
      @Reference ServiceComponentRuntime components)
      throws InvalidSyntaxException, IOException {
    this.context = context;
    this.configurations = new Configurations(framework);
    this.definitions = new Definitions(context);
    this.failures = new Failures(components);
    this.guard = new Guard(definitions::all, new Checks(() -> checks));
    this.fallBack = new FallBack(guard, this::handAgain);
    Map<String, Definition> defined = definitions.all();
    Leftovers leftovers = new Leftovers(framework);
    leftovers.endThoseOfFilesThatAreGone(defined);
    leftovers.holdThoseOf(repeated.spoiled(defined));
    context.addFrameworkListener(errors);
    context.addBundleListener(this);
    context.addServiceListener(
        this,
        "(|(objectClass=%s)%s)"
            .formatted(ServiceComponentRuntime.class.getName(), Mechanisms.FILTER));
    // Of a file that the framework cannot read it tells nobody.
    thread.scheduleWithFixedDelay(this::lookAtFolder, 0, FOLDER_MILLIS, TimeUnit.MILLISECONDS);
    lookSoon();
  }

  /** Tells nothing any more. */
  @Deactivate
  public void close() {
    context.removeServiceListener(this);
    context.removeBundleListener(this);
    context.removeFrameworkListener(errors);
    thread.shutdownNow();
  }

  @Override
  public void modifyConfiguration(
      ServiceReference<?> reference, Dictionary<String, Object> properties) {
    guard.modifyConfiguration(reference, properties);
  }

  @Override
  public void configurationEvent(ConfigurationEvent event) {
    if (event.getType() == ConfigurationEvent.CM_DELETED) {
      guard.forget(event.getPid());
    }
    changed.add(event.getPid());
    lookSoon();
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    lastChange = System.nanoTime();
    lookSoon();
  }

  @Override
  public void serviceChanged(ServiceEvent event) {
    lookSoon();
  }

  /** What others found in files of their own they have told in the log themselves. */
  @Override
  public List<Mistake> mistakes() {
    List<Mistake> all = new ArrayList<>(mistakes(written(), failures.now()));
    sources.forEach(source -> all.addAll(source.mistakes()));
    return all;
  }

  private List<Mistake> mistakes(List<Written> written, List<Failure> failed) {
    Inspection inspection = inspection();
    List<Mistake> mistakes = new ArrayList<>(inspection.of(written));
    mistakes.addAll(unread.look(definitions.all()));
    mistakes.addAll(repeated.look(definitions.all()));
    Map<String, Mistake> rejections = guard.rejections();
    rejections.forEach((pid, one) -> mistakes.add(inspection.rejected(pid, one)));
    failed.stream()
        .flatMap(failure -> failure.mistake().stream())
        .filter(mistake -> !rejections.containsValue(mistake))
        .forEach(mistakes::add);
    return mistakes.stream().distinct().toList();
  }

  private Inspection inspection() {
    return new Inspection(
        definitions.all(),
        failures.pids(),
        Mechanisms.installed(context),
        isSettled(),
        guard::keeps);
  }

  /** Updating it without its own values would be told to nobody. */
  private void handAgain(String pid) throws IOException {
    for (Configuration one :
        configurations.matching("(" + Constants.SERVICE_PID + "=" + pid + ")")) {
      Dictionary<String, Object> properties = one.getProperties();
      if (properties != null) {
        one.update(properties);
      }
    }
  }

  private List<Written> written() {
    try {
      List<Written> written = new ArrayList<>();
      for (Configuration one : configurations.all()) {
        Dictionary<String, Object> properties = one.getProperties();
        if (properties != null) {
          written.add(Written.of(properties));
        }
      }
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is still to start may well bring what seems to be missing. */
  private boolean isSettled() {
    if (System.nanoTime() - lastChange > SETTLED_NANOS) {
      return true;
    }
    for (Bundle bundle : context.getBundles()) {
      if (Definitions.isOurs(bundle) && !hasStarted(bundle)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasStarted(Bundle bundle) {
    boolean lazy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY) != null;
    return bundle.getState() == Bundle.ACTIVE
        || (lazy && bundle.getState() == Bundle.STARTING)
        || bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
  }

  private void lookAtFolder() {
    if (state.hasChanged() || guard.isAnyMended()) {
      lookSoon();
    }
  }

  private void lookSoon() {
    try {
      Future<?> before =
          next.getAndSet(thread.schedule(this::look, QUIET_MILLIS, TimeUnit.MILLISECONDS));
      if (before != null) {
        before.cancel(false);
      }
    } catch (RejectedExecutionException e) {
      // Closed meanwhile.
    }
  }

  private void look() {
    try {
      List<Written> written = written();
      List<Failure> failed = failures.now();
      for (String pid : changed) {
        changed.remove(pid);
        fallBack.changed(pid);
      }
      fallBack.look(written, failed, failures.running(), failures.unconfigured(), failures.pids());
      told = new Telling(told).tell(mistakes(written, failed), failed);
      if (!isSettled() || guard.isAnyYoung()) {
        lookSoon();
      }
    } catch (IOException | RuntimeException e) {
      // The framework stops, or a bundle went while it was looked at; the next look is complete.
      LOG.debug("the configuration could not be looked at", e);
    }
  }
}
