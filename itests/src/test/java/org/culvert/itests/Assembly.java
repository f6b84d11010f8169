package org.culvert.itests;

import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFileExtend;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.File;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;

/**
 * Boots the archive that users unpack, changed in nothing but where it looks for the test's
 * bundles.
 */
final class Assembly {

  private static final String MAVEN = "etc/org.ops4j.pax.url.mvn.cfg";

  private Assembly() {}

  static Option booted() {
    return composite(
        karafDistributionConfiguration()
            .frameworkUrl("file:" + System.getProperty("culvert.assembly"))
            .name("culvert")
            .unpackDirectory(new File("target/exam"))
            .useDeployFolder(false),
        keepRuntimeFolder(),
        logLevel(LogLevel.INFO),
        configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
        // Pax Exam would add the user's own repository otherwise, and hide a bundle that the
        // archive lacks.
        editConfigurationFilePut(
            MAVEN,
            "org.ops4j.pax.url.mvn.localRepository",
            new File("target/exam-local").getAbsolutePath()),
        editConfigurationFilePut(MAVEN, "org.ops4j.pax.url.mvn.repositories", ""),
        editConfigurationFileExtend(
            MAVEN,
            "org.ops4j.pax.url.mvn.defaultRepositories",
            "file:" + System.getProperty("culvert.exam.repo") + "@id=exam.repo"),
        systemTimeout(60_000));
  }
}
