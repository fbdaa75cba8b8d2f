package io.loramer.savedmodels.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Sends requests to the hub: follows redirects, retries, and explains refusals. */
final class HubConnection {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MAX_REDIRECTS = 10;

  /** Status codes that a later try may not have: too many requests, server errors. */
  private static final Set<Integer> TRANSIENT = Set.of(429, 500, 502, 503, 504);

  private final HubSettings settings;
  private final Retry retry;
  private final HttpClient client;

  HubConnection(HubSettings settings, Retry retry) {
    this.settings = settings;
    this.retry = retry;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // it would send the token to other hosts
            .connectTimeout(settings.describeTimeout())
            .build();
  }

  /**
   * Requests the description of a file.
   *
   * @return empty if the repository has no such file
   * @throws ConnectException if the hub cannot be reached
   */
  Optional<HubFile> describe(HubModel model, String file) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        send("HEAD", model, file, 0, settings.describeTimeout(), false);
    answer.body().close();
    if (isNoSuchFile(answer)) {
      return Optional.empty();
    }
    if (answer.statusCode() != 200 && !REDIRECTS.contains(answer.statusCode())) {
      throw refused(model, file, answer);
    }
    String commit = header(answer, "X-Repo-Commit").orElse("");
    if (commit.isEmpty() && REDIRECTS.contains(answer.statusCode())) {
      throw new IOException(
          "%s: %s: %s redirects to another host, %s, and does not describe the file itself;"
                  .formatted(
                      model, file, settings.endpoint(), header(answer, "Location").orElse(""))
              + " set HF_ENDPOINT to the host that has the model");
    }
    String etag =
        header(answer, "X-Linked-Etag")
            .or(() -> header(answer, "ETag"))
            .map(quoted -> quoted.replaceFirst("^W/", "").replace("\"", ""))
            .orElse("");
    String size =
        header(answer, "X-Linked-Size")
            .or(
                () -> // a redirect's own length is that of its body
                answer.statusCode() == 200 ? header(answer, "Content-Length") : Optional.empty())
            .orElse("");
    // The first two become file names, so they must not contain anything else.
    if (!HubModel.isCommit(commit)
        || !etag.matches("\\w[\\w-]{7,127}")
        || !size.matches("\\d{1,15}")) {
      throw new IOException(
          "%s: %s: not described as a hub does: X-Repo-Commit %s, ETag %s, size %s"
              .formatted(model, file, commit, etag, size));
    }
    return Optional.of(new HubFile(file, commit, etag, Long.parseLong(size)));
  }

  /**
   * Requests a file's content.
   *
   * @param from the first byte; a response with status 200 begins at byte 0 nevertheless
   * @return a response with status 200, 206, or 416 if there is no such byte; the caller closes its
   *     body
   */
  HttpResponse<InputStream> get(HubModel model, HubFile file, long from)
      throws IOException, InterruptedException {
    HubModel pinned = new HubModel(model.name(), file.commit());
    HttpResponse<InputStream> answer =
        send("GET", pinned, file.name(), from, settings.downloadTimeout(), true);
    if (!Set.of(200, 206, 416).contains(answer.statusCode())) {
      answer.body().close();
      throw refused(model, file.name(), answer);
    }
    return answer;
  }

  /** Follows redirects within the hub and, if wanted, to the hosts that keep large files. */
  private HttpResponse<InputStream> send(
      String method, HubModel model, String file, long from, Duration timeout, boolean toOthers)
      throws IOException, InterruptedException {
    String subject = model + ": " + file;
    String revision = URLEncoder.encode(model.revision(), StandardCharsets.UTF_8);
    URI uri =
        URI.create(
            "%s/%s/resolve/%s/%s".formatted(settings.endpoint(), model.name(), revision, file));
    for (int i = 0; i < MAX_REDIRECTS; i++) {
      HttpResponse<InputStream> answer = retried(subject, method, uri, from, timeout);
      if (!REDIRECTS.contains(answer.statusCode())) {
        return answer;
      }
      URI next;
      try {
        next = target(subject, uri, answer);
      } catch (IOException e) {
        answer.body().close();
        throw e;
      }
      if (!toOthers && !settings.isHub(next)) {
        return answer;
      }
      answer.body().close();
      uri = next;
    }
    throw new IOException("%s: redirected more than %d times".formatted(subject, MAX_REDIRECTS));
  }

  /** Returns the target of a redirect. */
  private static URI target(String subject, URI from, HttpResponse<?> answer) throws IOException {
    String location = header(answer, "Location").orElse("");
    try {
      URI target = from.resolve(location);
      boolean encrypted = "https".equals(target.getScheme());
      boolean plain = "http".equals(target.getScheme()) && "http".equals(from.getScheme());
      if (target.getHost() != null && (encrypted || plain)) {
        return target;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(subject + ": redirected to " + location + ", which is no URL", e);
    }
    throw new IOException(
        "%s: refused: redirected from %s to %s, expected a host, and https to stay https"
            .formatted(subject, from.getHost(), location.replaceFirst("\\?.*", "?…")));
  }

  private HttpResponse<InputStream> retried(
      String subject, String method, URI uri, long from, Duration timeout)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(timeout)
            .header("User-Agent", "lora-mer")
            .header("Accept-Encoding", "identity"); // sizes and hashes are of the plain file
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (settings.isHub(uri)) {
      settings.token().ifPresent(t -> request.header("Authorization", "Bearer " + t.value()));
    }
    int failures = 0;
    while (true) {
      try {
        HttpResponse<InputStream> answer =
            client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        failures++;
        if (!TRANSIENT.contains(answer.statusCode()) || !waits(answer, failures)) {
          return answer;
        }
      } catch (IOException e) {
        failures++;
        boolean unreachable =
            e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
        if (unreachable || !retry.waits(failures, Optional.empty())) {
          ConnectException failure =
              new ConnectException("%s: %s cannot be reached".formatted(subject, uri.getHost()));
          failure.initCause(e);
          throw failure;
        }
      }
    }
  }

  /** Waits before the next try and drops the answer, unless it is time to give up. */
  private boolean waits(HttpResponse<InputStream> answer, int failures)
      throws IOException, InterruptedException {
    try {
      boolean again = retry.waits(failures, header(answer, "Retry-After"));
      if (again) {
        answer.body().close();
      }
      return again;
    } catch (InterruptedException e) {
      answer.body().close();
      throw e;
    }
  }

  private static boolean isNoSuchFile(HttpResponse<?> answer) {
    // Mirrors send no error code.
    return answer.statusCode() == 404
        && header(answer, "X-Error-Code").orElse("EntryNotFound").equals("EntryNotFound");
  }

  private IOException refused(HubModel model, String file, HttpResponse<?> answer) {
    int status = answer.statusCode();
    String reason =
        switch (status) {
          case 401, 403 ->
              "the repository is private, gated or does not exist; %s; ask for access at %s/%s"
                  .formatted(credentials(), settings.endpoint(), model.name());
          case 404 ->
              switch (header(answer, "X-Error-Code").orElse("")) {
                case "RepoNotFound" -> "there is no such repository";
                case "RevisionNotFound" -> "the repository has no such revision";
                default -> "the repository has no such file";
              };
          case 429, 503 ->
              "the hub is busy%s; try again later"
                  .formatted(
                      header(answer, "Retry-After").map(wait -> " for " + wait + " s").orElse(""));
          default -> "unexpected";
        };
    String explanation =
        header(answer, "X-Error-Message")
            .map(text -> " (" + text.substring(0, Math.min(text.length(), 200)) + ")")
            .orElse("");
    String message =
        "%s: %s: %s answered %d: %s%s"
            .formatted(model, file, settings.endpoint().getHost(), status, reason, explanation);
    return TRANSIENT.contains(status) ? new HubBusyException(message) : new IOException(message);
  }

  private String credentials() {
    return settings
        .token()
        .map(token -> "the " + token + " was sent")
        .orElse("no token was sent: set HF_TOKEN, or log in with `hf auth login`");
  }

  private static Optional<String> header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name);
  }
}
