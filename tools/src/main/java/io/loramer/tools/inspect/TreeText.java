package io.loramer.tools.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats a tree of names and values as text: short values on one line, long ones indented. */
final class TreeText {
  private static final int LINE = 100;
  private static final MathContext FOUR_DIGITS = new MathContext(4);

  private TreeText() {}

  /** Returns lines of {@code name: value}; names without a value are left out. */
  static String of(JsonNode tree) {
    StringBuilder text = new StringBuilder();
    append(text, "", tree);
    return text.toString().stripTrailing();
  }

  private static void append(StringBuilder text, String indent, JsonNode tree) {
    for (var field : tree.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        continue;
      }
      String line = indent + field.getKey() + ": " + inline(value);
      if (isFlat(value) && line.length() <= LINE) {
        text.append(line).append('\n');
      } else {
        text.append(indent).append(field.getKey()).append(":\n");
        appendChildren(text, indent + "  ", value);
      }
    }
  }

  private static void appendChildren(StringBuilder text, String indent, JsonNode value) {
    if (value.isObject()) {
      append(text, indent, value);
    } else if (value.isArray()) {
      value.forEach(element -> text.append(indent).append(inline(element)).append('\n'));
    } else {
      text.append(indent).append(inline(value)).append('\n');
    }
  }

  /** Returns whether a value fits on one line: no value in it contains an object. */
  private static boolean isFlat(JsonNode value) {
    for (JsonNode child : value) {
      if (child.isObject() || (child.isArray() && !isFlat(child))) {
        return false;
      }
    }
    return true;
  }

  private static String inline(JsonNode value) {
    List<String> parts = new ArrayList<>();
    if (value.isObject()) {
      value.properties().forEach(f -> parts.add(f.getKey() + " " + inline(f.getValue())));
      return parts.isEmpty() ? "none" : String.join(", ", parts);
    }
    if (value.isArray()) {
      // A thousands separator would look like the comma between elements.
      value.forEach(e -> parts.add(e.isIntegralNumber() ? e.asText() : inline(e)));
      return parts.isEmpty() ? "none" : parts.toString();
    }
    if (value.isIntegralNumber()) {
      return String.format(Locale.ROOT, "%,d", value.longValue());
    }
    return value.isNumber()
        ? value.decimalValue().round(FOUR_DIGITS).stripTrailingZeros().toPlainString()
        : value.asText();
  }
}
