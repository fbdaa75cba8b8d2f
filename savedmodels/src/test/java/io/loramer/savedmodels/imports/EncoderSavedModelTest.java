package io.loramer.savedmodels.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraInjection;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.testing.SavedModelCopy;
import io.loramer.savedmodels.testing.TfFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SavedModel;

class EncoderSavedModelTest {
  @TempDir Path folder;

  private EncoderSavedModel converted() throws IOException {
    Path target = folder.resolve("encoder");
    EncoderConversion.convert(
        Fixture.of("audio/wavlm-base").folder(), target, PaddingInNorm.IGNORED);
    return EncoderSavedModel.of(SavedModelFolder.open(target));
  }

  @Test
  void aGraphIsPreparedOnceForEachTag() throws IOException {
    EncoderSavedModel model = converted();
    assertSame(model.graph(MetaGraph.SERVE), model.graph(MetaGraph.SERVE));
    assertSame(model.graph(MetaGraph.TRAIN), model.graph(MetaGraph.TRAIN));
    assertNotSame(model.graph(MetaGraph.SERVE), model.graph(MetaGraph.TRAIN));
  }

  /** Python's tf.saved_model.load(path), without tags, requires one. */
  @Test
  void savedModelFileOfAConvertedEncoderHasOneGraph() throws IOException {
    Path folder = converted().folder().path();
    SavedModel model = SavedModel.parseFrom(Files.readAllBytes(folder.resolve("saved_model.pb")));
    assertEquals(1, model.getMetaGraphsCount());
    assertEquals(List.of("serve"), model.getMetaGraphs(0).getMetaInfoDef().getTagsList());
  }

  @Test
  void encodersOfEarlierVersionsHaveTheirTrainingGraphInTheSameFile() throws IOException {
    SavedModelFolder now = converted().folder();
    SavedModelCopy.joinGraphs(now.path());
    SavedModelFolder earlier = SavedModelFolder.open(now.path());
    assertEquals(now.tags(), earlier.tags());
    assertEquals(now.metaGraph(MetaGraph.TRAIN), earlier.metaGraph(MetaGraph.TRAIN));
    assertEquals(List.of(now.path().resolve("saved_model.pb")), earlier.graphFiles());
    EncoderSavedModel.of(earlier).graph(MetaGraph.TRAIN);
  }

  @Test
  void withoutATrainingGraphThatForInferenceStandsForBoth() throws IOException {
    EncoderSavedModel model =
        EncoderSavedModel.of(SavedModelFolder.open(TfFixture.savedModel("roberta", folder)));
    assertSame(model.graph(MetaGraph.SERVE), model.graph(MetaGraph.TRAIN));
  }

  @Test
  void anEditOfOneCopyDoesNotReachTheOthers() throws IOException {
    EncoderSavedModel model = converted();
    GraphDef before = model.graphDef();
    GraphDefEditor editor = model.graph(MetaGraph.SERVE).editor();
    LoraInjection.inject(editor, LoraConfig.defaults(), false);
    editor.prefixSharedNames("audio.");
    assertEquals(before, model.graphDef());
  }
}
