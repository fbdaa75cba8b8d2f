package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's files over HTTP. */
class PageTest {
  private static final Map<String, String> TYPES =
      Map.of(
          "/", "text/html; charset=utf-8",
          "/index.html", "text/html; charset=utf-8",
          "/page.css", "text/css; charset=utf-8",
          "/page.js", "text/javascript; charset=utf-8",
          "/pictures.js", "text/javascript; charset=utf-8",
          "/problems.js", "text/javascript; charset=utf-8",
          "/sound.js", "text/javascript; charset=utf-8",
          "/icon.svg", "image/svg+xml");

  @TempDir private static Path folder;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    server = RunningServer.inFolder(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(server.uri(path)).build();
    return server.http().send(request, BodyHandlers.ofString());
  }

  @Test
  void filesHaveTheirTypesAndThePolicyAllowsNothingElse() throws Exception {
    for (var file : TYPES.entrySet()) {
      HttpResponse<String> response = get(file.getKey());
      assertEquals(200, response.statusCode(), file.getKey());
      assertEquals(file.getValue(), header(response, "Content-Type"), file.getKey());
      assertEquals("nosniff", header(response, "X-Content-Type-Options"));
      String policy = header(response, "Content-Security-Policy");
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"));
      assertFalse(policy.contains("unsafe"), policy);
      assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    }
    String policy = header(get("/v1/emotions"), "Content-Security-Policy");
    assertTrue(policy.startsWith("default-src 'none';"), policy);
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** The security policy blocks inline scripts and styles, and other hosts. */
  @Test
  void pageUsesNothingThatThePolicyBlocks() throws Exception {
    String html = get("/").body();
    assertFalse(html.matches("(?s).*\\s(on\\w+|style)=.*"), html);
    assertFalse(html.matches("(?s).*<(style|script)>.*"), html);
    Matcher link = Pattern.compile("(?:href|src)=\"([^\"]*)\"").matcher(html);
    int links = 0;
    for (; link.find(); links++) {
      assertEquals(200, get("/" + link.group(1).replaceFirst("^/", "")).statusCode(), link.group());
    }
    assertEquals(4, links);
    for (String file : TYPES.keySet()) {
      String text = get(file).body().replace("http://www.w3.org/2000/svg", "");
      assertFalse(text.contains("://"), file);
    }
  }

  @Test
  void modelIsDescribedForThePage() throws Exception {
    assertEquals(
        "{\"model\":\"tiny\",\"version\":\"1\",\"labels\":[\"joy\",\"fear\"],\"hears\":true,"
            + "\"reads\":true,\"recognizes_words\":false,\"explains\":true,"
            + "\"window_seconds\":13.0,\"max_seconds\":600.0,\"max_bytes\":4194304}",
        server.get("/v1/emotions").body().toString());
  }

  @Test
  void otherFilesAreNotServed() throws Exception {
    for (String path :
        List.of(
            "/page/index.html",
            "//page.css",
            "/page.css/",
            "/PAGE.CSS",
            "/%69ndex.html",
            "/index.html%00.svg",
            "/../page.css",
            "/..%2fHttpFront.class",
            "/HttpFront.class",
            "/package-info.class",
            "/../../../../log4j2.xml",
            "/./icon.svg/../../HttpFront.class",
            "/..;/HttpFront.class",
            "\\page.css")) {
      String status = rawStatus(path);
      assertTrue(status.matches("HTTP/1.1 40[04] .*"), path + ": " + status);
    }
  }

  /** Sends the path as it is; Java's HTTP client would normalise it. */
  private static String rawStatus(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
      String request =
          "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(path);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }
}
