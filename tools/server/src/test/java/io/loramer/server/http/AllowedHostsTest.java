package io.loramer.server.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LocalHost.", "127.0.0.1", "127.1.2.3", "[::1]", "x.localhost"})
  void namesOfLoopbackAreAllowed(String name) throws IOException {
    AllowedHosts hosts = AllowedHosts.of("127.0.0.1", List.of());
    assertDoesNotThrow(() -> hosts.require(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "page.example",
        "localhost.example",
        "127.0.0.1.example",
        "0.0.0.0",
        "10.0.0.1",
        "[::2]"
      })
  void otherNamesAreRefusedOnLoopback(String name) throws IOException {
    AllowedHosts hosts = AllowedHosts.of("localhost", List.of("emotions.example"));
    RefusedException refused = assertThrows(RefusedException.class, () -> hosts.require(name));
    assertEquals(Refusal.FORBIDDEN, refused.refusal());
    assertEquals(
        "Host: expected localhost or a name given by --allowed-host, found " + name,
        refused.getMessage());
    assertDoesNotThrow(() -> hosts.require("Emotions.Example"));
  }

  @Test
  void anyNameIsAllowedOnOtherAddresses() throws IOException {
    AllowedHosts hosts = AllowedHosts.of("0.0.0.0", List.of());
    assertDoesNotThrow(() -> hosts.require("page.example"));
  }

  @Test
  void unknownAddressIsRefusedBeforeTheModelIsLoaded() {
    String message =
        assertThrows(IOException.class, () -> AllowedHosts.of("no such host", List.of()))
            .getMessage();
    assertEquals("the host no such host: is no address of this machine", message);
  }
}
