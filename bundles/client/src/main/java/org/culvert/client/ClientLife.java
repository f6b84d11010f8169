package org.culvert.client;

import java.util.Hashtable;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.signaling.TunnelSignaling;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** One life of the client: with one configuration, from its start to its end. */
final class ClientLife implements AutoCloseable {
  private final ClientServices services;
  private final ExecutorService disk;
  private final ReconnectingTunnelClient client;
  private final ServiceRegistration<?> registration;

  /** Starts the client and registers it. */
  ClientLife(
      ClientSettings settings,
      TunnelSignaling signaling,
      TunnelEndpoint endpoint,
      OuterSockets sockets,
      BundleContext context) {
    services =
        new ClientServices(
            new Provided(settings.provided()),
            Timepiece.system(),
            ClientServices::thread,
            RandomGenerator.getDefault());
    disk = ClientServices.thread("culvert-client-disk");
    EventLoop loop = EventLoop.start();
    client =
        new ReconnectingTunnelClient(
            settings,
            signaling,
            endpoint,
            loop,
            SystemResolver.start(),
            new AdvertisingRouters(sockets, loop::after),
            new LocalAddresses.OfInterfaces(),
            services,
            disk,
            RandomGenerator.getDefault());
    registration =
        context.registerService(
            new String[] {TunnelClient.class.getName(), MistakeSource.class.getName()},
            client,
            new Hashtable<>());
  }

  ClientServices services() {
    return services;
  }

  /** Withdraws the client, takes back what is provided and closes its tunnel. */
  @Override
  public void close() {
    registration.unregister();
    client.close();
    disk.shutdown();
  }
}
