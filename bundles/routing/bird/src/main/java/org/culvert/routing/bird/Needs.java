package org.culvert.routing.bird;

import java.util.List;
import org.culvert.api.service.ServiceException;

/** What the operator's part of BIRD's configuration has to hold. */
final class Needs {
  private Needs() {}

  /** Looks whether BIRD knows devices and tells the kernel of routes. */
  static void check(Bird bird, BirdSettings settings) throws ServiceException {
    List<ProtocolLine> protocols = bird.protocols("");
    if (protocols.stream().noneMatch(each -> each.kind().equals("Device") && each.isUp())) {
      throw missing("protocol device { }");
    }
    ProtocolLine kernel =
        protocols.stream()
            .filter(each -> each.kind().equals("Kernel") && each.isUp())
            .filter(each -> each.table().equals(settings.table()))
            .findFirst()
            .orElseThrow(() -> missing(kernelLines(settings)));
    if (bird.details(kernel.name()).exportsNothing()) {
      throw ServiceException.lasting(
          "BIRD's protocol "
              + (kernel.name() + " exports nothing to the kernel; let it \"export all;\""),
          null);
    }
  }

  /** Returns that BIRD does not read the directory. */
  static ServiceException noInclude(BirdSettings settings) {
    return missing("include \"" + settings.directory() + "/*.conf\";");
  }

  private static String kernelLines(BirdSettings settings) {
    String table = settings.table().equals("master6") ? "" : "table " + settings.table() + "; ";
    return "protocol kernel { ipv6 { " + table + "export all; }; }";
  }

  private static ServiceException missing(String line) {
    return ServiceException.lasting(
        "bird.conf lacks this line, or BIRD has not read it: " + line, null);
  }
}
