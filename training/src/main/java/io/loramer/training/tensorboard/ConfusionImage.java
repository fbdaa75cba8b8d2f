package io.loramer.training.tensorboard;

import io.loramer.recognition.measures.ConfusionMatrix;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Draws a confusion matrix: a row per true label, a column per predicted label.
 *
 * <p>Cells are as wide as the widest label, and long labels are cut. A cell holds its count and is
 * the darker the greater its share of the row. Letters come from {@link BitmapFont}, since a server
 * may have no fonts.
 */
public final class ConfusionImage {
  private static final int LEAST_CELL_WIDTH = 116;
  private static final int CELL_HEIGHT = 48;
  private static final int MARGIN = 6;

  /** Of a longer label the beginning is shown. */
  private static final int LABEL_CHARACTERS = 20;

  private static final String CUT = "..";

  /** The most pixels, 64 MB: about 50 labels. Nothing could be read in a greater picture. */
  private static final long MAX_PIXELS = 1 << 24;

  private static final int WHITE = 0xffffff;
  private static final int BLACK = 0x202020;
  private static final int DARKEST = 0x08519c;

  /** The share from which white letters are easier to read than black ones. */
  private static final double DARK = 0.5;

  private final BufferedImage image;
  private final int cellWidth;
  private final int left;

  private ConfusionImage(ConfusionMatrix matrix) {
    List<String> labels = matrix.labels().stream().map(ConfusionImage::cut).toList();
    int size = labels.size();
    left = 2 * MARGIN + labels.stream().mapToInt(BitmapFont::width).max().orElse(0);
    cellWidth = Math.max(LEAST_CELL_WIDTH, left);
    long width = left + (long) size * cellWidth;
    long height = (size + 1L) * CELL_HEIGHT;
    if (width * height > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "expected a picture of at most %d pixels, found %d x %d for %d labels"
              .formatted(MAX_PIXELS, width, height, size));
    }
    image = new BufferedImage((int) width, (int) height, BufferedImage.TYPE_INT_RGB);
    fill(0, 0, image.getWidth(), image.getHeight(), WHITE);
    BitmapFont.draw(image, MARGIN, middle(0), "true", BLACK);
    for (int i = 0; i < size; i++) {
      centered(labels.get(i), i, 0, BLACK);
      BitmapFont.draw(image, MARGIN, middle(i + 1), labels.get(i), BLACK);
      for (int j = 0; j < size; j++) {
        cell(i, j, matrix);
      }
    }
  }

  private static String cut(String label) {
    return label.length() <= LABEL_CHARACTERS
        ? label
        : label.substring(0, LABEL_CHARACTERS - CUT.length()) + CUT;
  }

  /**
   * Draws a confusion matrix as an RGB image.
   *
   * @throws IllegalArgumentException if it has so many labels that the image would be too large
   */
  public static BufferedImage of(ConfusionMatrix matrix) {
    return new ConfusionImage(matrix).image;
  }

  private void cell(int truth, int predicted, ConfusionMatrix matrix) {
    int count = matrix.count(truth, predicted);
    double share = count == 0 ? 0 : (double) count / matrix.support(truth);
    int x = left + predicted * cellWidth;
    int y = (truth + 1) * CELL_HEIGHT;
    fill(x + 1, y + 1, cellWidth - 2, CELL_HEIGHT - 2, shade(share));
    centered(Integer.toString(count), predicted, truth + 1, share < DARK ? BLACK : WHITE);
  }

  private void centered(String text, int column, int row, int color) {
    int x = left + column * cellWidth + (cellWidth - BitmapFont.width(text)) / 2;
    BitmapFont.draw(image, x, middle(row), text, color);
  }

  private static int middle(int row) {
    return row * CELL_HEIGHT + (CELL_HEIGHT - BitmapFont.HEIGHT) / 2;
  }

  private void fill(int x, int y, int width, int height, int color) {
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < height; j++) {
        image.setRGB(x + i, y + j, color);
      }
    }
  }

  /** Returns white for 0, the darkest blue for 1. */
  private static int shade(double share) {
    int color = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int from = (WHITE >> shift) & 0xff;
      int to = (DARKEST >> shift) & 0xff;
      color |= (int) Math.round(from + share * (to - from)) << shift;
    }
    return color;
  }
}
