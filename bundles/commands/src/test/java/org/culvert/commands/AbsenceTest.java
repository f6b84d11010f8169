package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

class AbsenceTest {
  private static final String REFUSED = "etc/org.culvert.transport.cfg: tls = \"yes\": write true";

  private final List<Absence.Component> components = new ArrayList<>();
  private final List<Mistake> mistakes = new ArrayList<>();

  @Test
  void whatIsNotInstalledHasNoCause() {
    add("a.Broker", "org.culvert.broker", waiting("store"), "a.Leases");

    assertThat(absence("a.Accounts", "org.culvert.accounts.file")).isEmpty();
  }

  @Test
  void causeIsFollowedToTheComponentThatRefusesItsConfiguration() {
    add("a.Sessions", "org.culvert.transport", waiting("broker"), "a.Broker");
    add("a.Broker", "org.culvert.broker", waiting("server"), "a.Server");
    add(
        "a.Server",
        "org.culvert.endpoint",
        failed(
            "java.lang.reflect.InvocationTargetException\n\tat X\nCaused by: "
                + new InvalidConfigurationException("org.culvert.endpoint", "mtu", 1, "write more")
                + "\n"));

    assertThat(absence("a.Sessions", "org.culvert.broker"))
        .containsExactly("etc/org.culvert.endpoint.cfg: mtu = \"1\": write more");
  }

  @Test
  void componentThatLackedAnotherIsFollowed() {
    add(
        "a.Sessions",
        "org.culvert.transport",
        failed("java.lang.InstantiationException: Unable to get service for reference broker\n"),
        "a.Broker");
    add("a.Broker", "org.culvert.broker", failed("java.io.IOException: no space\n\tat X\n"));

    assertThat(absence("a.Sessions", "org.culvert.broker"))
        .containsExactly("org.culvert.broker did not start: java.io.IOException: no space");
  }

  @Test
  void portThatSomebodyElseHasIsTheCause() {
    add(
        "a.Sessions",
        "org.culvert.transport",
        failed(
            "java.lang.IllegalStateException: cannot listen on port 4000\n\tat X\n"
                + "Caused by: a.Native: in use\n"));

    assertThat(absence("a.Sessions", "org.culvert.broker"))
        .containsExactly("cannot listen on port 4000");
  }

  @Test
  void configurationThatMeansNothingIsTheCause() {
    add("a.Sessions", "org.culvert.transport", waiting("condition"));
    components.get(0).description().references[0].name = "other";
    mistakes.add(new Mistake("org.culvert.transport", true, REFUSED));
    mistakes.add(new Mistake("org.culvert.transport", false, "there is no colour"));
    mistakes.add(new Mistake("org.culvert.broker", true, "something else"));

    assertThat(absence("a.Sessions", "org.culvert.broker")).containsExactly(REFUSED);
  }

  @Test
  void fileThatIsNotThereIsTheCause() {
    ComponentConfigurationDTO one = new ComponentConfigurationDTO();
    one.state = ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION;
    one.unsatisfiedReferences = new UnsatisfiedReferenceDTO[0];
    // It registers its service itself, so that only its bundle tells that it is the one.
    add("none", "org.culvert.client", one);

    assertThat(absence("a.Client", "org.culvert.client"))
        .containsExactly("etc/org.culvert.client.cfg is not there");
  }

  @Test
  void fileThatIsNotThereAnyMoreIsTheCause() {
    add("none", "org.culvert.client", waiting());
    ComponentDescriptionDTO component = components.remove(0).description();
    component.configurationPolicy = "require";
    components.add(new Absence.Component(component, List.of()));

    assertThat(absence("a.Client", "org.culvert.client"))
        .containsExactly("etc/org.culvert.client.cfg is not there");
  }

  @Test
  void serviceThatNobodyHasIsNamed() {
    add("a.Broker", "org.culvert.broker", waiting("store"), "a.b.LeaseStore");

    assertThat(absence("a.Broker", "org.culvert.broker"))
        .containsExactly(
            "org.culvert.broker waits for a service LeaseStore, which no component has that is"
                + " installed");
  }

  @Test
  void whatKeepsBackAServiceThatIsRegisteredByHandIsTheCause() {
    add("a.Broker", "org.culvert.broker", waiting("store"), "a.b.LeaseStore");
    ComponentConfigurationDTO runs = new ComponentConfigurationDTO();
    runs.state = ComponentConfigurationDTO.ACTIVE;
    runs.unsatisfiedReferences = new UnsatisfiedReferenceDTO[0];
    add("none", "org.culvert.lease.jdbc", runs);
    components.get(1).description().properties = Map.of("org.culvert.offers", "a.b.LeaseStore");
    mistakes.add(new Mistake("org.culvert.lease.jdbc", true, "the disk is full"));

    assertThat(absence("a.Broker", "org.culvert.broker")).containsExactly("the disk is full");
  }

  @Test
  void thoseWhoWaitForEachOtherEndTheSearch() {
    add("a.Broker", "org.culvert.broker", waiting("server"), "a.Server");
    add("a.Server", "org.culvert.endpoint", waiting("broker"), "a.Broker");

    assertThat(absence("a.Broker", "org.culvert.broker")).isNotEmpty();
  }

  private List<String> absence(String service, String bundle) {
    return new Absence(components, mistakes).of(service, bundle);
  }

  /** Adds a component that has one service and one reference, by the name that it waits for. */
  private void add(
      String service, String bundle, ComponentConfigurationDTO became, String... wanted) {
    ComponentDescriptionDTO component = new ComponentDescriptionDTO();
    component.name = bundle + "." + service;
    component.bundle = new BundleDTO();
    component.bundle.symbolicName = bundle;
    component.serviceInterfaces = new String[] {service};
    component.configurationPid = new String[] {bundle};
    ReferenceDTO reference = new ReferenceDTO();
    reference.name =
        became.unsatisfiedReferences.length > 0 ? became.unsatisfiedReferences[0].name : "broker";
    reference.interfaceName = wanted.length > 0 ? wanted[0] : "";
    component.references = new ReferenceDTO[] {reference};
    components.add(new Absence.Component(component, List.of(became)));
  }

  private static ComponentConfigurationDTO waiting(String... references) {
    ComponentConfigurationDTO one = new ComponentConfigurationDTO();
    one.state = ComponentConfigurationDTO.UNSATISFIED_REFERENCE;
    one.unsatisfiedReferences = new UnsatisfiedReferenceDTO[references.length];
    for (int i = 0; i < references.length; i++) {
      one.unsatisfiedReferences[i] = new UnsatisfiedReferenceDTO();
      one.unsatisfiedReferences[i].name = references[i];
    }
    return one;
  }

  private static ComponentConfigurationDTO failed(String text) {
    ComponentConfigurationDTO one = waiting();
    one.state = ComponentConfigurationDTO.FAILED_ACTIVATION;
    one.failure = text;
    return one;
  }
}
