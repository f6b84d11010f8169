package org.culvert.api.config;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Tells what is wrong with the configuration. */
@ProviderType
public interface ConfigurationReport {

  /** Returns what is wrong at this moment, in the order of the files. Does not block. */
  List<Mistake> mistakes();

  /**
   * One mistake.
   *
   * @param pid the configuration's persistent identity, or what it is one of; the file is named in
   *     the text
   * @param refused whether what reads the file was not given it, or did not take it
   * @param text file, key, value where it is no secret, and what to write instead
   */
  record Mistake(String pid, boolean refused, String text) {}
}
