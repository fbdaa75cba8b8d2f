package io.loramer.tools.report;

/** A figure of the page: a heading, what there is to see, and how to read it. */
final class Figure {
  private Figure() {}

  static Element of(String heading, String caption, Element... contents) {
    return Element.of("figure", Element.of("h3", heading))
        .add(contents)
        .add(Element.of("figcaption", caption));
  }

  /** A table that a narrow screen scrolls. */
  static Element table(Element table) {
    return Element.of("div", table).with("class", "scroll").with("tabindex", "0");
  }

  /** A row of a table: the name of the row, then its cells. */
  static Element row(String name, String... cells) {
    Element row = Element.of("tr", Element.of("th", name).with("scope", "row"));
    for (String cell : cells) {
      row.add(Element.of("td", cell));
    }
    return row;
  }

  /** The head of a table. */
  static Element head(String... names) {
    Element row = Element.of("tr");
    for (String name : names) {
      row.add(Element.of("th", name).with("scope", "col"));
    }
    return Element.of("thead", row);
  }
}
