package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An element of HTML or SVG. All text and attribute values are escaped when it is written. Style
 * sheets are escaped too, so they must not contain {@code <}, {@code >}, {@code &} or double
 * quotes. The markup is also well-formed XML.
 */
final class Element {
  private final String name;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final List<Object> children = new ArrayList<>(); // Element or String

  private Element(String name) {
    this.name = name;
  }

  /** Returns an element with child elements. */
  static Element of(String name, Element... children) {
    return new Element(name).add(children);
  }

  /** Returns an element with text. */
  static Element of(String name, String text) {
    return new Element(name).text(text);
  }

  /** Sets an attribute. */
  Element with(String attribute, String value) {
    attributes.put(attribute, value);
    return this;
  }

  /** Sets an attribute to a length, rounded to a tenth of a pixel. */
  Element with(String attribute, double pixels) {
    return with(attribute, pixels(pixels));
  }

  /** Formats a length, rounded to a tenth of a pixel. */
  static String pixels(double length) {
    return String.format(Locale.ROOT, "%.1f", length);
  }

  Element add(Element... more) {
    children.addAll(List.of(more));
    return this;
  }

  Element add(List<Element> more) {
    children.addAll(more);
    return this;
  }

  Element text(String text) {
    children.add(text);
    return this;
  }

  /** Returns the markup. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    write(out);
    return out.toString();
  }

  private void write(StringBuilder out) {
    out.append('<').append(name);
    attributes.forEach(
        (attribute, value) ->
            out.append(' ').append(attribute).append("=\"").append(escaped(value)).append('"'));
    if (children.isEmpty() && isVoid()) {
      out.append("/>");
      return;
    }
    out.append('>');
    for (Object child : children) {
      if (child instanceof Element element) {
        element.write(out);
      } else {
        out.append(escaped((String) child));
      }
    }
    out.append("</").append(name).append('>');
  }

  /** Returns whether this is a void element, for which an end tag is an error in HTML. */
  private boolean isVoid() {
    return name.equals("meta") || name.equals("br");
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\t', '\n' -> out.append((char) c);
                default -> out.appendCodePoint(isAllowed(c) ? c : 0xfffd);
              }
            });
    return out.toString();
  }

  /** Returns false for control characters, surrogates and noncharacters, which HTML forbids. */
  private static boolean isAllowed(int codePoint) {
    int type = Character.getType(codePoint);
    boolean noncharacter = (codePoint & 0xfffe) == 0xfffe;
    return type != Character.CONTROL && type != Character.SURROGATE && !noncharacter;
  }
}
