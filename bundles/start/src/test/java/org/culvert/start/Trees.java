package org.culvert.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Makes folders as an installation and a run of Karaf leave them. */
final class Trees {
  private Trees() {}

  static Folders installed(Path root) throws IOException {
    Folders folders =
        new Folders(
            root.resolve("home"),
            root.resolve("home/etc"),
            root.resolve("data"),
            root.resolve("data/log"));
    Files.createDirectories(folders.home().resolve("lib"));
    Files.writeString(folders.home().resolve("lib/build"), "one\n");
    Files.createDirectories(folders.kept());
    Files.createDirectories(folders.etc());
    Files.writeString(
        folders.etc().resolve("custom.system.properties"),
        """
        culvert.role = broker
        culvert.features.broker = culvert-broker, culvert-accounts-file
        culvert.features.client = culvert-client
        culvert.features.all = ${culvert.features.broker}, ${culvert.features.client}
        """);
    Files.writeString(
        folders.etc().resolve("org.apache.karaf.features.cfg"),
        """
        featuresBoot = \\
          (framework), shell/4.4.8, \\
          ${culvert.features.${culvert.role}}, \\
          culvert-start
        """);
    return folders;
  }

  /** A bundle as Felix keeps it. */
  static Path bundle(Folders folders, int id, String location) throws IOException {
    Path bundle = folders.cache().resolve("bundle" + id);
    Path revision = bundle.resolve("version0.0");
    Files.createDirectories(revision);
    Files.writeString(
        bundle.resolve("bundle.info"), id + "\n" + location + "\n32\n80\n1795979870908\n0\n");
    Files.writeString(revision.resolve("revision.location"), location);
    if (!location.startsWith("reference:")) {
      Files.writeString(revision.resolve("bundle.jar"), "PK");
    }
    return bundle;
  }

  /** Two bundles, stamped. */
  static void complete(Folders folders, String role) throws IOException {
    bundle(folders, 1, "reference:file:/opt/one.jar");
    bundle(folders, 2, "mvn:org.culvert/two/1");
    new Stamp(
            role,
            folders.build(),
            folders.home().toString(),
            BootFeatures.of(folders, role).all(),
            Set.of("a", "b"),
            Set.of("mvn:org.culvert/two/1"),
            new BundleCache(folders.cache()).bundles())
        .write(folders.cache());
  }

  static Map<String, String> bundles(Folders folders) {
    return new BundleCache(folders.cache()).bundles();
  }
}
