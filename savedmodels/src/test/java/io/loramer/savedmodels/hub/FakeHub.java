package io.loramer.savedmodels.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hub on loopback with one model, and a second server where its large files lie, as the real one
 * has: the first answers with a redirect to the second.
 */
final class FakeHub implements AutoCloseable {
  static final String MODEL = "org/model";
  static final String RENAMED = "org/old-name";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** From this size on, files lie on the second server. */
  private static final int LARGE = 1000;

  /** A request as a server saw it. */
  record Request(String method, String path, String authorization, String range) {}

  /** What a server answers instead of the file, once. */
  interface Misbehaviour {
    void answer(HttpExchange exchange, byte[] file) throws IOException;
  }

  final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  final List<Request> storageRequests = Collections.synchronizedList(new ArrayList<>());
  final Deque<Misbehaviour> misbehaviours = new ArrayDeque<>();
  final Deque<Misbehaviour> storageMisbehaviours = new ArrayDeque<>();
  final Map<String, String> etags = new ConcurrentHashMap<>();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final HttpServer hub;
  private final HttpServer storage;

  FakeHub() throws IOException {
    hub = serve(this::answer);
    storage = serve(this::answerFromStorage);
  }

  String endpoint() {
    return "http://127.0.0.1:" + hub.getAddress().getPort();
  }

  FakeHub with(String name, byte[] content) {
    files.put(name, content);
    etags.put(name, content.length < LARGE ? gitHash(content) : hash("SHA-256", content));
    return this;
  }

  FakeHub with(String name, String content) {
    return with(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with a status. */
  static Misbehaviour status(int status, String... headers) {
    return (exchange, file) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Promises the file and closes the connection after a part of it. */
  static Misbehaviour breakAfter(int bytes) {
    return (exchange, file) -> {
      exchange.sendResponseHeaders(200, file.length);
      exchange.getResponseBody().write(file, 0, bytes);
      exchange.getResponseBody().flush();
    };
  }

  /** Sends a part of the file, and then nothing. */
  Misbehaviour stallAfter(int bytes) {
    return (exchange, file) -> {
      breakAfter(bytes).answer(exchange, file);
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    storage.stop(0);
    threads.shutdownNow();
  }

  private HttpServer serve(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    server.createContext("/", handler);
    server.setExecutor(threads);
    server.start();
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(request(exchange));
      String path = exchange.getRequestURI().getPath();
      String name = path.substring(path.lastIndexOf('/') + 1);
      byte[] file = files.get(name);
      Misbehaviour misbehaviour = misbehaviours.poll();
      if (misbehaviour != null) {
        misbehaviour.answer(exchange, file);
      } else if (path.startsWith("/" + RENAMED + "/")) {
        status(307, "Location", path.replace(RENAMED, MODEL)).answer(exchange, file);
      } else if (!path.startsWith("/" + MODEL + "/resolve/")) {
        status(404, "X-Error-Code", "RepoNotFound").answer(exchange, file);
      } else if (!path.matches(".*/resolve/(main|" + COMMIT + ")/[^/]+")) {
        status(404, "X-Error-Code", "RevisionNotFound").answer(exchange, file);
      } else if (file == null) {
        status(404, "X-Error-Code", "EntryNotFound").answer(exchange, file);
      } else {
        describe(exchange, name, file);
      }
    }
  }

  private void describe(HttpExchange exchange, String name, byte[] file) throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.set("X-Repo-Commit", COMMIT);
    if (file.length >= LARGE) {
      headers.set("X-Linked-Etag", '"' + etags.get(name) + '"');
      headers.set("X-Linked-Size", String.valueOf(file.length));
      headers.set(
          "Location", "http://127.0.0.1:" + storage.getAddress().getPort() + "/bucket/" + name);
      exchange.sendResponseHeaders(302, -1);
      return;
    }
    headers.set("ETag", '"' + etags.get(name) + '"');
    send(exchange, file, 0, 200);
  }

  private void answerFromStorage(HttpExchange exchange) throws IOException {
    try (exchange) {
      Request request = request(exchange);
      storageRequests.add(request);
      byte[] file = files.get(request.path.substring("/bucket/".length()));
      Misbehaviour misbehaviour = storageMisbehaviours.poll();
      if (misbehaviour != null) {
        misbehaviour.answer(exchange, file);
      } else if (request.range == null) {
        send(exchange, file, 0, 200);
      } else {
        int from = Integer.parseInt(request.range.replaceAll("\\D", ""));
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, file.length - 1, file.length));
        send(exchange, file, from, 206);
      }
    }
  }

  private static void send(HttpExchange exchange, byte[] file, int from, int status)
      throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(file.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, file.length - from);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(Arrays.copyOfRange(file, from, file.length));
    }
  }

  private static Request request(HttpExchange exchange) {
    var headers = exchange.getRequestHeaders();
    return new Request(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        headers.getFirst("Authorization"),
        headers.getFirst("Range"));
  }

  /** What git calls a file of this content. */
  static String gitHash(byte[] content) {
    byte[] prefix = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(prefix, prefix.length + content.length);
    System.arraycopy(content, 0, all, prefix.length, content.length);
    return hash("SHA-1", all);
  }

  static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
