package io.loramer.tools.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** An HTML page of sections with figures, with an inline style sheet. */
final class Page {
  /**
   * The security policy: no scripts and no external files, whatever the texts of a corpus contain.
   */
  private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  private final Element head;
  private final Element body;

  Page(String title) {
    head =
        Element.of(
            "head",
            Element.of("meta").with("charset", "utf-8"),
            Element.of("meta")
                .with("http-equiv", "Content-Security-Policy")
                .with("content", POLICY),
            Element.of("meta")
                .with("name", "viewport")
                .with("content", "width=device-width, initial-scale=1"),
            Element.of("title", title),
            Element.of("style", styleSheet()));
    body = Element.of("main", Element.of("h1", title));
  }

  /** Adds a warning at the top of the page. */
  void warn(String text) {
    body.add(Element.of("p", text).with("class", "warning").with("role", "note"));
  }

  /** Adds a section. */
  void section(String heading, List<Element> figures) {
    body.add(Element.of("section", Element.of("h2", heading), grid(figures)));
  }

  /** Adds a collapsed section that opens by a click on its heading. */
  void foldedSection(String heading, List<Element> figures) {
    body.add(Element.of("details", Element.of("summary", heading), grid(figures)));
  }

  private static Element grid(List<Element> figures) {
    return Element.of("div").with("class", "figures").add(figures);
  }

  @Override
  public String toString() {
    return "<!DOCTYPE html>\n"
        + Element.of("html", head, Element.of("body", body)).with("lang", "en")
        + "\n";
  }

  private static String styleSheet() {
    try (InputStream in = Page.class.getResourceAsStream("/report/report.css")) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
