package org.culvert.start;

import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.FeaturesService.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is installed in this Karaf, and how to bring an operator's choices back. */
final class Installed {
  private static final Logger LOG = LoggerFactory.getLogger(Installed.class);
  private static final String ROOT = FeaturesService.ROOT_REGION;
  private static final String FEATURE = "feature:";

  private final FeaturesService features;
  private final BundleContext context;

  Installed(FeaturesService features, BundleContext context) {
    this.features = features;
    this.context = context;
  }

  /** Returns the names of the features that were asked for, not those that came with them. */
  Set<String> required() {
    return features.listRequirements().getOrDefault(ROOT, Set.of()).stream()
        .filter(requirement -> requirement.startsWith(FEATURE))
        .map(requirement -> requirement.substring(FEATURE.length()).replaceFirst("/.*", ""))
        .collect(Collectors.toSet());
  }

  /** Returns where features are found. */
  Set<String> repositories() {
    try {
      return Arrays.stream(features.listRepositories())
          .map(repository -> repository.getURI().toString())
          .collect(Collectors.toSet());
    } catch (Exception e) {
      throw new IllegalStateException("the repositories of features cannot be listed", e);
    }
  }

  /** Returns the locations of all bundles and repositories. */
  Set<String> allFromStart() {
    Set<String> all = new HashSet<>(locations());
    all.addAll(repositories());
    return all;
  }

  /** Returns the locations of bundles that came with no feature and not with Karaf itself. */
  Set<String> byHand(Set<String> fromStart) throws Exception {
    Set<String> ofFeatures = new HashSet<>(fromStart);
    for (Feature feature : features.listInstalledFeatures()) {
      feature.getBundles().forEach(bundle -> ofFeatures.add(bundle.getLocation()));
      feature
          .getConditional()
          .forEach(
              some -> some.getBundles().forEach(bundle -> ofFeatures.add(bundle.getLocation())));
    }
    return Choices.without(locations(), ofFeatures);
  }

  Set<String> locations() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getBundleId() != 0)
        .map(Bundle::getLocation)
        .collect(Collectors.toSet());
  }

  /** Names the bundles that should run by now, and do not. */
  List<String> idle() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getState() == Bundle.INSTALLED || neverStarted(bundle))
        .map(bundle -> bundle.getSymbolicName() + " (" + bundle.getBundleId() + ")")
        .toList();
  }

  private static boolean neverStarted(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    boolean fragment =
        revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    return bundle.getState() == Bundle.RESOLVED && !fragment;
  }

  /**
   * Does again what the operator did; what fails is logged with the command that does it by hand.
   */
  void restore(Choices choices) {
    for (String repository : choices.repositories()) {
      attempt("feature:repo-add " + repository, () -> addRepository(repository));
    }
    for (String feature : Choices.without(choices.added(), required())) {
      attempt(
          "feature:install " + feature,
          () -> features.installFeature(feature, EnumSet.of(Option.NoAutoRefreshBundles)));
    }
    Set<String> unwanted = new HashSet<>(choices.removed());
    unwanted.retainAll(required());
    for (String feature : unwanted) {
      attempt(
          "feature:uninstall " + feature,
          () -> features.uninstallFeature(feature, EnumSet.of(Option.NoAutoRefreshBundles)));
    }
    for (String location : Choices.without(choices.bundles(), locations())) {
      attempt("bundle:install -s " + location, () -> install(location));
    }
  }

  private void addRepository(String repository) throws Exception {
    if (!repositories().contains(repository)) {
      features.addRepository(URI.create(repository));
    }
  }

  private void install(String location) throws BundleException {
    context.installBundle(location).start();
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void attempt(String command, Step step) {
    try {
      step.run();
      LOG.info("done again, since the bundles were installed anew: {}", command);
    } catch (Exception e) {
      LOG.warn("this could not be done again ({}); do it by hand: {}", e.toString(), command);
    }
  }
}
