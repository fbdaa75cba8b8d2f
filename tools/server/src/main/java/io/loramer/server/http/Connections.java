package io.loramer.server.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Limits what each address can occupy, so that new connections, and with them {@code /healthz},
 * always find a place. Connections wait (for the head of their first or next request), or have an
 * open request. If too many wait, the longest-waiting one of the address with the most is closed;
 * those that wait too long are closed as well, however often a byte arrives. If too many requests
 * are open, further ones are refused.
 */
public final class Connections implements Connection.Listener {
  /** The most connections that wait. */
  static final int MAX_WAITING = 256;

  /** The most open requests; with the waiting connections fewer than {@link #MAX}. */
  private static final int MAX_REQUESTS = 640;

  /** The most open requests from one address, such as a proxy's: more than the queues hold. */
  private static final int MAX_REQUESTS_PER_ADDRESS = 400;

  /** The most connections. */
  public static final int MAX = 1000;

  private final Duration timeout;
  private final Map<Connection, Long> waiting = new LinkedHashMap<>(); // the longest-waiting first
  private final Map<String, Integer> requests = new HashMap<>(); // by address
  private int open; // requests

  /**
   * Sets the time limit.
   *
   * @param timeout the longest time until the head of a request is complete, from the opening of
   *     the connection or from the previous answer
   */
  public Connections(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  public void onOpened(Connection connection) {
    await(connection);
  }

  @Override
  public void onClosed(Connection connection) {
    synchronized (this) {
      waiting.remove(connection);
    }
  }

  private void await(Connection connection) {
    Optional<Connection> tooMany;
    synchronized (this) {
      waiting.put(connection, System.nanoTime());
      tooMany = waiting.size() > MAX_WAITING ? longestOfTheMost() : Optional.empty();
      tooMany.ifPresent(waiting::remove);
    }
    tooMany.ifPresent(Connections::end);
  }

  /** Returns the longest-waiting connection of the address with the most. */
  private Optional<Connection> longestOfTheMost() {
    Map<String, List<Connection>> byAddress = new HashMap<>();
    for (Connection connection : waiting.keySet()) {
      byAddress.computeIfAbsent(address(connection), a -> new ArrayList<>()).add(connection);
    }
    return byAddress.values().stream()
        .max((a, b) -> Integer.compare(a.size(), b.size()))
        .map(connections -> connections.get(0));
  }

  private static String address(Connection connection) {
    SocketAddress remote = connection.getEndPoint().getRemoteSocketAddress();
    return remote instanceof InetSocketAddress ip
        ? ip.getAddress().getHostAddress()
        : String.valueOf(remote);
  }

  /** Closes a connection at once; its own method would first answer the incomplete head. */
  private static void end(Connection connection) {
    connection.getEndPoint().close(new TimeoutException("the head of the request is late"));
  }

  /** Closes the connections that have waited too long; called from time to time. */
  public void closeLate() {
    List<Connection> late = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      waiting.forEach(
          (connection, since) -> {
            if (now - since > timeout.toNanos()) {
              late.add(connection);
            }
          });
      late.forEach(waiting::remove);
    }
    late.forEach(Connections::end);
  }

  /**
   * Counts a request, whose head is complete, until it is answered.
   *
   * @return false if there are more than the limits allow
   */
  boolean admit(Request request) {
    Connection connection = request.getConnectionMetaData().getConnection();
    String address = address(connection);
    Request.addCompletionListener(request, failure -> end(connection, address));
    synchronized (this) {
      waiting.remove(connection);
      open++;
      return requests.merge(address, 1, Integer::sum) <= MAX_REQUESTS_PER_ADDRESS
          && open <= MAX_REQUESTS;
    }
  }

  private void end(Connection connection, String address) {
    synchronized (this) {
      open--;
      requests.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
    if (connection.getEndPoint().isOpen()) {
      await(connection);
    }
  }
}
