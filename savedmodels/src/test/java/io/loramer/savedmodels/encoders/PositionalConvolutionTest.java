package io.loramer.savedmodels.encoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.testing.Fixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.NodeDef;

final class PositionalConvolutionTest {
  @TempDir private Path folder;

  /** TensorFlow fuses the two, and without oneDNN refuses to run what it fused. */
  @Test
  void groupedConvolutionIsNotFollowedByABias() throws IOException {
    Path encoder = folder.resolve("encoder");
    EncoderConversion.convert(
        Fixture.of("audio/hubert-tiny").folder(), encoder, PaddingInNorm.IGNORED);
    List<NodeDef> nodes =
        EncoderSavedModel.of(SavedModelFolder.open(encoder)).graphDef().getNodeList().stream()
            .filter(node -> node.getName().contains("pos_conv_embed"))
            .toList();
    assertEquals(1, nodes.stream().filter(node -> node.getOp().equals("Conv2D")).count());
    assertFalse(nodes.stream().anyMatch(node -> node.getOp().equals("BiasAdd")));
  }
}
