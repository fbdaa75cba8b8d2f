package io.loramer.savedmodels.rewrite;

import java.util.OptionalLong;

/**
 * The batch sizes that an encoder's graph requires. A converted encoder has none; Hugging Face's
 * {@code TFHubertModel} exports a graph for exactly 16,000 samples, one second.
 *
 * @param batch rows
 * @param length samples or tokens
 */
public record FixedSizes(OptionalLong batch, OptionalLong length) {
  /**
   * Checks a batch before it is fed.
   *
   * @throws IllegalArgumentException if the graph requires another size
   */
  public void check(long rows, long columns) {
    if (rows != batch.orElse(rows) || columns != length.orElse(columns)) {
      throw new IllegalArgumentException(
          "the encoder's SavedModel was made for batches %s, found [%d, %d]; pad or cut to that, or"
                  .formatted(this, rows, columns)
              + " convert the PyTorch checkpoint (`lora-mer convert`), which takes any");
    }
  }

  /** Returns the shape, such as {@code [any, 16000]}. */
  @Override
  public String toString() {
    return "[" + text(batch) + ", " + text(length) + "]";
  }

  private static String text(OptionalLong size) {
    return size.isPresent() ? Long.toString(size.getAsLong()) : "any";
  }
}
