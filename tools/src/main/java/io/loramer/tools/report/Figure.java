package io.loramer.tools.report;

import java.util.List;

/** The parts of a figure of the page: heading, contents, caption and tables. */
final class Figure {
  private Figure() {}

  static Element of(String heading, String caption, Element... contents) {
    return Element.of("figure", Element.of("h3", heading))
        .add(contents)
        .add(Element.of("figcaption", caption));
  }

  /** Wraps a table so that it scrolls on a narrow screen. */
  static Element table(Element table) {
    return Element.of("div", table).with("class", "scroll").with("tabindex", "0");
  }

  /** Returns a row of a table: its name, then its cells. */
  static Element row(String name, String... cells) {
    Element row = Element.of("tr", Element.of("th", name).with("scope", "row"));
    for (String cell : cells) {
      row.add(Element.of("td", cell));
    }
    return row;
  }

  /** Returns a cell of a table that is aligned as a number. */
  static Element number(String text) {
    return Element.of("td", text).with("class", "number");
  }

  /** Returns the head of a table. */
  static Element head(List<String> names) {
    Element row = Element.of("tr");
    for (String name : names) {
      row.add(Element.of("th", name).with("scope", "col"));
    }
    return Element.of("thead", row);
  }
}
