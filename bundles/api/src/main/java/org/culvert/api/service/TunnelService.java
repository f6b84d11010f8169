package org.culvert.api.service;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Provides something with a tunnel, once the tunnel is up, until it ends. Registered as a service
 * of one of the interfaces that extend this one.
 *
 * <p>Methods block, are called by one thread at a time, and return or fail within half a minute.
 * They are idempotent: what was asked for is made so, whatever stood before, for a power cut can
 * come between a deed and the note of it.
 */
@ConsumerType
public interface TunnelService {

  /**
   * Returns a name that tells this service from all others of its kind, and that changes if it
   * comes to provide at another place: what was provided under a name is withdrawn under that name,
   * also after a restart. One line without spaces, for example {@code bind@192.0.2.53}.
   */
  String name();

  /** Provides for a tunnel that is up, or anew for one that has changed. */
  void provide(ServedTunnel tunnel) throws ServiceException;

  /** Takes back what was provided for a tunnel; does nothing if that was nothing. */
  void withdraw(ServedTunnel tunnel) throws ServiceException;

  /**
   * Looks whether all is as it was provided.
   *
   * @return what is not, a line each
   */
  List<String> verify(ServedTunnel tunnel) throws ServiceException;
}
