package io.loramer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that send their request slowly or not at all. */
@Tag("slow")
@Timeout(120)
class SlowConnectionsTest {
  private static final String HALF_HEAD = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ";

  @TempDir private Path folder;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void copyModel() throws IOException {
    TinyModel.copyTo(folder, 1);
  }

  @AfterEach
  void closeSockets() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket send(RunningServer server, String begin) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().port());
    sockets.add(socket);
    socket.getOutputStream().write(begin.getBytes(ISO_8859_1));
    return socket;
  }

  @Test
  void headsThatDoNotArriveInTimeEndTheConnection() throws Exception {
    try (RunningServer server = RunningServer.of(folder, 100, Duration.ofSeconds(1))) {
      assertEquals(-1, send(server, HALF_HEAD).getInputStream().read());
      assertEquals(-1, send(server, "").getInputStream().read());
      Socket answered = send(server, HALF_HEAD + "y\r\n\r\n" + HALF_HEAD);
      String answer = new String(answered.getInputStream().readAllBytes(), ISO_8859_1);
      assertTrue(answer.startsWith("HTTP/1.1 200 OK") && answer.endsWith("ok\n"), answer);
    }
  }

  @Test
  void healthIsAnsweredWhileMoreConnectionsThanTheLimitSendTheirHeadSlowly() throws Exception {
    try (RunningServer server = RunningServer.of(folder, 100, Duration.ofSeconds(60))) {
      for (int i = 0; i < 300; i++) {
        send(server, HALF_HEAD);
      }
      assertEquals("ok\n", server.text("/healthz"));
      assertEquals(-1, sockets.get(0).getInputStream().read());
      Socket newest = sockets.get(sockets.size() - 1);
      newest.getOutputStream().write("y\r\n\r\n".getBytes(ISO_8859_1));
      assertEquals('H', newest.getInputStream().read());
    }
  }

  @Test
  void addressWithAsManyOpenRequestsAsItMayHaveStillGetsItsHealth() throws Exception {
    String slowBody = "POST /v1/emotions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
    try (RunningServer server = RunningServer.of(folder, 100, Duration.ofSeconds(60))) {
      for (int i = 0; i <= 400; i++) {
        send(server, slowBody);
      }
      // All but one wait for their body, so the first answer is the refusal of one of them.
      byte[] answer = firstAnswer().readNBytes(12);
      assertEquals("HTTP/1.1 429", new String(answer, ISO_8859_1));
      assertEquals("ok\n", server.text("/healthz"));
    }
  }

  private InputStream firstAnswer() throws IOException {
    while (true) {
      for (Socket socket : sockets) {
        if (socket.getInputStream().available() > 0) {
          return socket.getInputStream();
        }
      }
      Thread.onSpinWait();
    }
  }
}
