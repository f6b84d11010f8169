package org.culvert.ssh;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.session.ServerSession;

/** A channel whose session cannot be closed through it: that closes the channel. */
final class LentChannel extends ChannelSession {
  private final ServerSession session;

  LentChannel(ChannelSession channel) {
    ServerSession whole = channel.getServerSession();
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("close") && arguments != null && arguments.length == 1) {
            return channel.close((Boolean) arguments[0]);
          }
          try {
            return method.invoke(whole, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
          }
        };
    session =
        (ServerSession)
            Proxy.newProxyInstance(
                ServerSession.class.getClassLoader(),
                new Class<?>[] {ServerSession.class},
                handler);
  }

  @Override
  public ServerSession getServerSession() {
    return session;
  }
}
