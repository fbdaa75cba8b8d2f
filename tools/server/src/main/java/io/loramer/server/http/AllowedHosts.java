package io.loramer.server.http;

import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names that the Host header may have. A server on loopback, or one with given names, accepts
 * only the given names and those of loopback: otherwise a web page from elsewhere could read its
 * answers, once the page's own name resolves to 127.0.0.1 (DNS rebinding).
 *
 * @param names in lower case, beside those of loopback; empty if the server is not on loopback and
 *     no names were given: then any name is allowed
 */
public record AllowedHosts(Set<String> names) {
  private static final String LOOPBACK =
      "localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[(0*:)*:?0*1\\]";

  /**
   * Returns the names for a server.
   *
   * @param host the address at which the server listens
   * @param more names by which a proxy on this machine calls the server
   * @throws IOException if the address is not known
   */
  public static AllowedHosts of(String host, List<String> more) throws IOException {
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress() && more.isEmpty()) {
        return new AllowedHosts(Set.of());
      }
    } catch (UnknownHostException e) {
      throw new IOException("the host %s: is no address of this machine".formatted(host), e);
    }
    return new AllowedHosts(
        Stream.concat(Stream.of(host), more.stream())
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()));
  }

  /**
   * Checks the name, without the port, of a Host header.
   *
   * @throws RefusedException if it is not allowed
   */
  void require(String name) {
    String lower = name.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    if (!names.isEmpty() && !names.contains(lower) && !lower.matches(LOOPBACK)) {
      throw new RefusedException(
          Refusal.FORBIDDEN,
          "Host: expected localhost or a name given by --allowed-host, found " + name);
    }
  }
}
