package io.loramer.training.tensorboard;

import java.awt.image.BufferedImage;
import java.util.Locale;

/**
 * A font of 5 × 7 dots for labels and numbers in images.
 *
 * <p>It works on machines without fonts, where Java's own text drawing throws.
 */
final class BitmapFont {
  /** Width and height of a dot in pixels. */
  private static final int DOT = 2;

  private static final int COLUMNS = 5;
  private static final int ROWS = 7;
  private static final int ADVANCE = (COLUMNS + 1) * DOT;

  /** Height of a line in pixels. */
  static final int HEIGHT = ROWS * DOT;

  private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_./ ?";

  /** Of each character five columns of two digits each, the lowest bit at the top. */
  private static final String DOTS =
      "2054545478"
          + "7f48444438"
          + "3844444420"
          + "384444487f"
          + "3854545418" // a to e
          + "087e090102"
          + "0c5252523e"
          + "7f08040478"
          + "00447d4000"
          + "2040443d00" // f to j
          + "7f10284400"
          + "00417f4000"
          + "7c04180478"
          + "7c08040478"
          + "3844444438" // k to o
          + "7c14141408"
          + "081414187c"
          + "7c08040408"
          + "4854545420"
          + "043f444020" // p to t
          + "3c4040207c"
          + "1c2040201c"
          + "3c4030403c"
          + "4428102844"
          + "0c5050503c" // u to y
          + "4464544c44" // z
          + "3e5149453e"
          + "00427f4000"
          + "4261514946"
          + "2141454b31"
          + "1814127f10" // 0 to 4
          + "2745454539"
          + "3c4a494930"
          + "0171090503"
          + "3649494936"
          + "064949291e" // 5 to 9
          + "0808080808"
          + "4040404040"
          + "0060600000"
          + "2010080402"
          + "0000000000" // - _ . / blank
          + "0201510906"; // ?

  private BitmapFont() {}

  /** Returns how wide a text is, in pixels. */
  static int width(String text) {
    return lower(text).length() * ADVANCE;
  }

  /**
   * Draws a text; a character that is not known is a question mark.
   *
   * @param x of its left edge
   * @param y of its upper edge
   */
  static void draw(BufferedImage image, int x, int y, String text, int color) {
    String lower = lower(text);
    for (int i = 0; i < lower.length(); i++) {
      int known = CHARACTERS.indexOf(lower.charAt(i));
      int character = known < 0 ? CHARACTERS.length() - 1 : known;
      for (int column = 0; column < COLUMNS; column++) {
        int at = 2 * (character * COLUMNS + column);
        int dots = Integer.parseInt(DOTS.substring(at, at + 2), 16);
        for (int row = 0; row < ROWS; row++) {
          if ((dots >> row & 1) == 1) {
            dot(image, x + i * ADVANCE + column * DOT, y + row * DOT, color);
          }
        }
      }
    }
  }

  /** Returns the text as it is drawn; of some letters, such as İ, the lower case is longer. */
  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static void dot(BufferedImage image, int x, int y, int color) {
    for (int i = 0; i < DOT; i++) {
      for (int j = 0; j < DOT; j++) {
        image.setRGB(x + i, y + j, color);
      }
    }
  }
}
