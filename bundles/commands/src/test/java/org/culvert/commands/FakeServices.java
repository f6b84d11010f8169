package org.culvert.commands;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Services that commands find, each with its properties; later ones rank higher. */
final class FakeServices {
  private final List<Registered> registered = new ArrayList<>();

  private record Registered(
      Class<?> type, Object service, Map<String, Object> properties, int rank) {}

  <T> FakeServices add(Class<T> type, T service) {
    return add(type, service, Map.of());
  }

  <T> FakeServices add(Class<T> type, T service, Map<String, Object> properties) {
    registered.add(new Registered(type, service, properties, registered.size()));
    return this;
  }

  BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            FakeServices.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getServiceReferences" -> references((Class<?>) arguments[0]);
                  case "getAllServiceReferences" ->
                      registered.stream()
                          .filter(one -> one.type().getName().equals(arguments[0]))
                          .map(FakeServices::reference)
                          .toArray(ServiceReference<?>[]::new);
                  case "getServiceReference" -> {
                    List<ServiceReference<?>> found = references((Class<?>) arguments[0]);
                    yield found.isEmpty() ? null : found.get(found.size() - 1);
                  }
                  case "getBundles" -> new Bundle[0];
                  case "getService" -> ((ServiceReference<?>) arguments[0]).getProperty("service");
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private List<ServiceReference<?>> references(Class<?> type) {
    List<ServiceReference<?>> found = new ArrayList<>();
    for (Registered one : registered) {
      if (one.type() == type) {
        found.add(reference(one));
      }
    }
    return found;
  }

  private static ServiceReference<?> reference(Registered one) {
    return (ServiceReference<?>)
        Proxy.newProxyInstance(
            FakeServices.class.getClassLoader(),
            new Class<?>[] {ServiceReference.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getProperty" ->
                      switch (arguments[0].toString()) {
                        case "service" -> one.service();
                        case "rank" -> one.rank();
                        default -> one.properties().get(arguments[0].toString());
                      };
                  case "getBundle" -> null;
                  case "compareTo" ->
                      Integer.compare(
                          one.rank(),
                          (int) ((ServiceReference<?>) arguments[0]).getProperty("rank"));
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
