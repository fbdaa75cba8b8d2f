package io.loramer.server.http;

import io.loramer.server.limits.RequestLimits;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import io.loramer.server.model.ServerMetrics;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/** Routes HTTP requests, and writes, counts and logs their replies. */
public final class HttpFront extends Handler.Abstract {
  private static final Logger LOG = LogManager.getLogger(HttpFront.class);
  private static final String HEALTH = "/healthz";
  private static final String METRICS = "/monitoring/prometheus/metrics";
  private static final String V1 = "/v1/";
  private static final String EMOTIONS = "/v1/emotions";

  /** Requested every few seconds, so not logged. */
  private static final Set<String> UNLOGGED = Set.of(HEALTH, METRICS);

  /** The statuses of refusals after which the rest of the body is not read. */
  private static final Set<Integer> UNREAD =
      Stream.of(
              Refusal.TOO_SLOW,
              Refusal.TOO_LARGE,
              Refusal.UNSUPPORTED,
              Refusal.FORBIDDEN,
              Refusal.BUSY)
          .map(Refusal::httpStatus)
          .collect(Collectors.toSet());

  /** The security headers: a browser may run and load only the page's own files. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'",
          "Permissions-Policy",
          "microphone=(self), camera=(), geolocation=()",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff",
          "Cache-Control",
          "no-cache");

  private final ModelsApi models;
  private final EmotionsApi emotions;
  private final WebPage page;
  private final ServerMetrics metrics;
  private final RequestLimits limits;
  private final RequestMemory memory;
  private final Connections connections;
  private final AllowedHosts hosts;

  /**
   * Creates the handler from those that it routes to.
   *
   * @param memory of all open requests
   */
  public HttpFront(
      ModelsApi models,
      EmotionsApi emotions,
      WebPage page,
      ServerMetrics metrics,
      RequestLimits limits,
      RequestMemory memory,
      Connections connections,
      AllowedHosts hosts) {
    this.models = models;
    this.emotions = emotions;
    this.page = page;
    this.metrics = metrics;
    this.limits = limits;
    this.memory = memory;
    this.connections = connections;
    this.hosts = hosts;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    long start = System.nanoTime();
    boolean admitted = connections.admit(request);
    CompletableFuture<Reply> unused =
        answered(request, admitted)
            .whenComplete(
                (reply, failure) -> {
                  if (failure == null) {
                    write(request, response, callback, reply, "OK", start);
                  } else {
                    RefusedException refused = refusal(failure);
                    Reply error = Reply.error(refused.refusal().httpStatus(), refused.getMessage());
                    String code = refused.refusal().code().name();
                    write(request, response, callback, error, code, start);
                  }
                });
    return true;
  }

  private static RefusedException refusal(Throwable failure) {
    RefusedException refused = RefusedException.of(failure);
    if (refused.refusal() == Refusal.INTERNAL) {
      LOG.error(new StringMapMessage().with("event", "request_failed"), failure);
    }
    return refused;
  }

  private CompletableFuture<Reply> answered(Request request, boolean admitted) {
    try {
      if (!admitted && !path(request).equals(HEALTH)) {
        throw new RefusedException(
            Refusal.BUSY, "The server has as many open requests as it can, or from your address");
      }
      hosts.require(Request.getServerName(request));
      return route(request);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Reply> route(Request request) {
    String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
    String path = path(request);
    if (method.equals("GET") && path.equals(HEALTH)) {
      return CompletableFuture.completedFuture(Reply.text(200, "ok\n"));
    }
    if (method.equals("GET") && path.equals(METRICS)) {
      return CompletableFuture.completedFuture(Reply.text(200, metrics.page()));
    }
    if (method.equals("GET") && path.equals(EMOTIONS)) {
      return emotions.describe(limits.maxBytes());
    }
    if (method.equals("POST") && path.equals(EMOTIONS)) {
      String contentType = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
      RequestMemory.Share held = share(request);
      return RequestBody.read(request, limits, held)
          .thenApply(body -> EmotionRequest.read(contentType, body, query(request), held))
          .thenCompose(emotion -> emotions.recognize(emotion, held));
    }
    if (ModelsApi.isCall(method, path)) {
      RequestMemory.Share held = share(request);
      return RequestBody.read(request, limits, held)
          .thenCompose(body -> models.call(path, body, held));
    }
    if (path.regionMatches(
        true, 0, V1, 0, V1.length())) { // case-insensitive, as TF Serving's patterns
      return models.get(method, path);
    }
    Optional<Reply> file = method.equals("GET") ? page.at(path) : Optional.empty();
    return CompletableFuture.completedFuture(
        file.orElseThrow(
            () -> new RefusedException(Refusal.NOT_FOUND, "There is nothing at this address")));
  }

  private RequestMemory.Share share(Request request) {
    RequestMemory.Share held = memory.open();
    Request.addCompletionListener(request, failure -> held.close());
    return held;
  }

  /** Returns the path; empty for CONNECT, which has none. */
  private static String path(Request request) {
    return Objects.requireNonNullElse(request.getHttpURI().getPath(), "");
  }

  private static Fields query(Request request) {
    try {
      return Request.extractQueryParameters(request);
    } catch (
        RuntimeException
            e) { // Jetty throws several types, for percent signs and for bytes that are not UTF-8
      throw RefusedException.invalid("The query is not correctly encoded");
    }
  }

  private void write(
      Request request, Response response, Callback callback, Reply reply, String code, long start) {
    long nanos = System.nanoTime() - start;
    String path = path(request);
    if (!UNLOGGED.contains(path) && page.at(path).isEmpty()) {
      metrics.answered(api(request.getMethod(), path), "REST", code, nanos);
      LOG.info(
          new StringMapMessage(
              Map.of(
                  "event", "request",
                  "method", request.getMethod(),
                  "path", path,
                  "status", String.valueOf(reply.status()),
                  "micros", String.valueOf(nanos / 1000))));
    }
    response.setStatus(reply.status());
    HEADERS.forEach(response.getHeaders()::put);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, reply.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, reply.body().remaining());
    if (UNREAD.contains(reply.status())) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    response.write(true, reply.body(), callback);
  }

  private static String api(String method, String path) {
    if (path.equals(EMOTIONS) && method.equals("POST")) {
      return "Emotions";
    }
    return path.endsWith(":predict") ? "Predict" : "Models";
  }
}
