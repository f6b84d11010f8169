package org.culvert.configuration;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations that the framework has at this moment. */
record Configurations(ConfigurationAdmin framework) {
  List<Configuration> all() throws IOException {
    return matching(null);
  }

  List<Configuration> matching(@Nullable String filter) throws IOException {
    try {
      Configuration[] found = framework.listConfigurations(filter);
      return found == null ? List.of() : List.of(found);
    } catch (InvalidSyntaxException e) {
      throw new IOException(e);
    }
  }
}
