package io.loramer.training.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.measures.ConfusionMatrix;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionImageTest {
  /** Calm: 3 right, 1 predicted as joy; joy: 2 right; sad does not occur. */
  private final BufferedImage image =
      ConfusionImage.of(
          ConfusionMatrix.of(
              List.of("calm", "joy", "sadness"),
              new int[] {0, 0, 0, 0, 1, 1},
              new int[] {0, 0, 0, 1, 1, 1}));

  @Test
  void theGreaterTheShareOfItsRowTheDarkerTheCell() {
    double right = brightness(0, 0);
    double wrong = brightness(0, 1);
    double all = brightness(1, 1);
    double none = brightness(0, 2);
    assertTrue(all < right && right < wrong && wrong < none, all + " " + right + " " + wrong);
    assertEquals(255, none);
    assertEquals(255, brightness(2, 2));
  }

  @Test
  void labelsAndCountsAreWritten() {
    int left = image.getWidth() - 3 * 116;
    assertTrue(darkPixels(0, 48, left, 48) > 20, "a row's label");
    assertTrue(darkPixels(left, 0, 116, 48) > 20, "a column's label");
    assertTrue(darkPixels(left + 116, 48, 116, 48) > 8, "a count");
  }

  @Test
  void cellsAreAsWideAsTheWidestLabel() {
    BufferedImage wide = of("anger", "frustration");
    int cell = 11 * 12 + 2 * 6;
    assertEquals(cell + 2 * cell, wide.getWidth());
    assertTrue(darkPixels(wide, 3 * cell - 6 - 11 * 12, 0, 12, 48) > 5, "the first letter");
    assertTrue(darkPixels(wide, 3 * cell - 6 - 12, 0, 12, 48) > 5, "the last letter");
  }

  @Test
  void longLabelsAreCut() {
    assertEquals(of("x".repeat(20), "b").getWidth(), of("x".repeat(5000), "b").getWidth());
  }

  /** In lower case, İ has two characters. */
  @Test
  void labelsWhoseLowerCaseIsLongerFit() {
    assertTrue(of("İ".repeat(20), "b").getWidth() > 3 * 40 * 12);
  }

  @Test
  void pictureOfHundredsOfLabelsIsRefused() {
    String[] labels = IntStream.range(0, 400).mapToObj(i -> "label" + i).toArray(String[]::new);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> of(labels));
    assertEquals(
        "expected a picture of at most 16777216 pixels, found 46508 x 19248 for 400 labels",
        e.getMessage());
  }

  private static BufferedImage of(String... labels) {
    return ConfusionImage.of(
        ConfusionMatrix.of(List.of(labels), new int[] {0, 1}, new int[] {1, 1}));
  }

  @Test
  void unknownLettersAreDrawnAsQuestionMarks() {
    BufferedImage known = new BufferedImage(12, 14, BufferedImage.TYPE_INT_RGB);
    BufferedImage unknown = new BufferedImage(12, 14, BufferedImage.TYPE_INT_RGB);
    BitmapFont.draw(known, 0, 0, "?", 0xffffff);
    BitmapFont.draw(unknown, 0, 0, "ü", 0xffffff);
    for (int x = 0; x < 12; x++) {
      for (int y = 0; y < 14; y++) {
        assertEquals(known.getRGB(x, y), unknown.getRGB(x, y));
      }
    }
  }

  /** Returns the colour of a cell's corner, where no letters are. */
  private double brightness(int truth, int predicted) {
    int x = image.getWidth() - (3 - predicted) * 116 + 5;
    int color = image.getRGB(x, (truth + 1) * 48 + 5);
    return ((color >> 16 & 0xff) + (color >> 8 & 0xff) + (color & 0xff)) / 3.0;
  }

  private int darkPixels(int left, int top, int width, int height) {
    return darkPixels(image, left, top, width, height);
  }

  private static int darkPixels(BufferedImage image, int left, int top, int width, int height) {
    int dark = 0;
    for (int x = left; x < left + width; x++) {
      for (int y = top; y < top + height; y++) {
        dark += (image.getRGB(x, y) & 0xff) < 0x40 ? 1 : 0;
      }
    }
    return dark;
  }
}
