package io.loramer.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The web page at {@code /}. Only the listed files are served, whatever the address. */
public final class WebPage {
  /** The names of the files, which are resources, with their content types. */
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "pictures.js", "text/javascript; charset=utf-8",
          "problems.js", "text/javascript; charset=utf-8",
          "sound.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private final Map<String, byte[]> files = new HashMap<>();

  /** Reads the files into memory. */
  public WebPage() throws IOException {
    for (String name : TYPES.keySet()) {
      try (InputStream in = WebPage.class.getResourceAsStream("page/" + name)) {
        files.put(name, in.readAllBytes());
      }
    }
  }

  /** Returns the file at a path. */
  Optional<Reply> at(String path) {
    String name = path.equals("/") ? "index.html" : path.replaceFirst("^/", "");
    return Optional.ofNullable(files.get(name))
        .map(bytes -> new Reply(200, TYPES.get(name), ByteBuffer.wrap(bytes)));
  }
}
