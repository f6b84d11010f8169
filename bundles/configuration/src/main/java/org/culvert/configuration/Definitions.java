package org.culvert.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All configurations that Culvert's bundles understand, those of strangers too. A bundle is
 * Culvert's if it imports the interfaces.
 */
final class Definitions {
  private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);
  private static final String FOLDER = "OSGI-INF/metatype";
  private static final String OURS = "org.culvert.";

  private final BundleContext context;
  private final Map<Long, Content> known = new ConcurrentHashMap<>();

  /** What a bundle had when it was looked at. */
  private record Content(long modified, List<Definition> definitions) {}

  Definitions(BundleContext context) {
    this.context = context;
  }

  /** Looks what there is at this moment: a bundle's components may ask before it is announced. */
  Map<String, Definition> all() {
    Map<String, Definition> all = new TreeMap<>();
    for (Bundle bundle : context.getBundles()) {
      if (isOurs(bundle)) {
        of(bundle).forEach(one -> all.merge(one.pid(), one, Definition::and));
      }
    }
    return all;
  }

  static boolean isOurs(Bundle bundle) {
    String name = bundle.getSymbolicName();
    String imports = bundle.getHeaders("").get(Constants.IMPORT_PACKAGE);
    return (name != null && name.startsWith(OURS))
        || (imports != null && imports.contains(OURS + "api."));
  }

  private List<Definition> of(Bundle bundle) {
    Content content = known.get(bundle.getBundleId());
    if (content == null || content.modified() != bundle.getLastModified()) {
      content = new Content(bundle.getLastModified(), read(bundle));
      known.put(bundle.getBundleId(), content);
    }
    return content.definitions();
  }

  private static List<Definition> read(Bundle bundle) {
    List<Definition> definitions = new ArrayList<>();
    var paths = bundle.getEntryPaths(FOLDER);
    for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
      URL entry = bundle.getEntry(path);
      if (entry == null || !path.endsWith(".xml")) {
        continue;
      }
      try (InputStream in = entry.openStream()) {
        definitions.addAll(MetatypeReader.read(in));
      } catch (IOException e) {
        LOG.debug("{} of {} cannot be read", path, bundle, e);
      }
    }
    return definitions;
  }
}
