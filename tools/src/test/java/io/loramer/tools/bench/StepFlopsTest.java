package io.loramer.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StepFlopsTest {
  private static StepFlops of(String config) throws IOException {
    return new StepFlops(Json.TREE.readTree(config));
  }

  @Test
  void countsTheProductsOfTwoLayers() throws IOException {
    StepFlops flops =
        of(
            """
            {"hidden_size": 2, "intermediate_size": 3, "num_hidden_layers": 2,
             "conv_kernel": [2], "conv_stride": [1]}\
            """);
    double map = 2 * 5 * 2 * 2; // 5 frames, 2 to 2 features
    double feedForward = 2 * (2 * 5 * 2 * 3);
    double attention = 2 * 5 * 5 * 2; // one product
    double forward = 2 * (4 * map + feedForward + 2 * attention);
    double backwardAbove = 4 * map + feedForward + 4 * attention;
    double backwardFirst = map + feedForward + 3 * attention; // down to the outputs of its q and v
    assertEquals(7 * (forward + backwardAbove + backwardFirst), flops.perStep(7, 6));
  }

  @Test
  void convolutionsOfTheBaseModelsCompute224FramesFor4500Milliseconds() throws IOException {
    StepFlops flops =
        of(
            """
            {"conv_kernel": [10, 3, 3, 3, 3, 2, 2], "conv_stride": [5, 2, 2, 2, 2, 2, 2]}\
            """);
    assertEquals(224, flops.frames(72_000));
  }
}
