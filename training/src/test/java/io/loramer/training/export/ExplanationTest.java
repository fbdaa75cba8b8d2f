package io.loramer.training.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModel;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.export.EmotionExport.Lora;
import io.loramer.training.run.RunFolder;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

@Tag("slow")
class ExplanationTest {
  @TempDir private static Path folder;
  private static TinySetup tiny;
  private static Path exported;

  @BeforeAll
  static void export() throws IOException {
    tiny = TinySetup.in(folder);
    exported = export("both", tiny.config());
  }

  private static Path export(String name, RunConfig config) throws IOException {
    Path run = folder.resolve(name + "-run");
    Trainer.start(config.untrained(), run, TinyCorpus::unwatched);
    Path model = folder.resolve(name);
    EmotionExport.write(new RunFolder(run), model, Lora.MERGED, Precision.FLOAT32);
    return model;
  }

  /** Clips of 2, 5 and 1 frames: 200 samples make one, 160 the next. */
  @Test
  void attentionSumsToOneAndIsZeroOnPadding() throws IOException {
    List<float[]> clips = List.of(noise(360), noise(850), noise(200));
    try (EmotionModel model = EmotionModel.load(exported);
        Result result = explain(model, clips, List.of("Oh no!", "", "Well, I never did that"))) {
      TFloat32 audio = (TFloat32) result.get(EmotionSignature.AUDIO_ATTENTION).orElseThrow();
      TInt32 frames = (TInt32) result.get(EmotionSignature.AUDIO_FRAMES).orElseThrow();
      TFloat32 text = (TFloat32) result.get(EmotionSignature.TEXT_ATTENTION).orElseThrow();
      assertEquals(5, audio.shape().get(1));
      int[] tokens = new int[3];
      for (int i = 0; i < 3; i++) {
        tokens[i] =
            model
                .tokenizer()
                .orElseThrow()
                .encode(List.of("Oh no!", "", "Well, I never did that").get(i))
                .length;
        assertEquals(List.of(2, 5, 1).get(i), frames.getInt(i));
        assertShares(row(audio, i), frames.getInt(i));
        assertShares(row(text, i), tokens[i]);
      }
      assertTrue(tokens[1] < tokens[0] && tokens[0] < tokens[2], "texts of one length");
    }
  }

  @Test
  void outputsOfServingDefaultAreTheSame() throws IOException {
    try (EmotionModel model = EmotionModel.load(exported);
        Result explained = explain(model, List.of(noise(850)), List.of("Oh no!"));
        Result served = run(model, "serving_default", List.of(noise(850)), List.of("Oh no!"))) {
      assertEquals(
          Set.of("audio_attention", "audio_frames", "text_attention"),
          difference(outputs(model, "explain"), outputs(model, "serving_default")));
      for (String name : List.of("logits", "embedding", "fusion_weights")) {
        assertArrayEquals(
            row((TFloat32) served.get(name).orElseThrow(), 0),
            row((TFloat32) explained.get(name).orElseThrow(), 0),
            1e-6f);
      }
    }
  }

  @Test
  void modelOfOneModalityExplainsThatOne() throws IOException {
    try (EmotionModel audio = EmotionModel.load(export("audio", tiny.audioOnly()));
        EmotionModel text = EmotionModel.load(export("text", tiny.textOnly()))) {
      assertEquals(
          Set.of("audio_attention", "audio_frames"),
          difference(outputs(audio, "explain"), outputs(audio, "serving_default")));
      assertEquals(
          Set.of("text_attention"),
          difference(outputs(text, "explain"), outputs(text, "serving_default")));
    }
  }

  private static float[] noise(int samples) {
    float[] noise = new float[samples];
    for (int t = 0; t < samples; t++) {
      noise[t] = (float) Math.sin(0.3 * t * (1 + t * 1e-3)) / 3;
    }
    return noise;
  }

  private static Result explain(EmotionModel model, List<float[]> clips, List<String> texts) {
    return run(model, EmotionSignature.EXPLAIN, clips, texts);
  }

  private static Result run(
      EmotionModel model, String name, List<float[]> clips, List<String> texts) {
    try (ModelInputs inputs = model.batches().inputs(clips, texts)) {
      return model.bundle().function(name).call(inputs.byName());
    }
  }

  private static Set<String> outputs(EmotionModel model, String signature) {
    return model.bundle().metaGraphDef().getSignatureDefOrThrow(signature).getOutputsMap().keySet();
  }

  private static Set<String> difference(Set<String> all, Set<String> without) {
    Set<String> rest = new TreeSet<>(all);
    assertTrue(rest.removeAll(without));
    return rest;
  }

  private static float[] row(TFloat32 matrix, int row) {
    float[] values = new float[(int) matrix.shape().get(1)];
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix.getFloat(row, i);
    }
    return values;
  }

  private static void assertShares(float[] row, int valid) {
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      assertTrue(i < valid ? row[i] > 0 : row[i] == 0, i + ": " + row[i]);
      sum += row[i];
    }
    assertEquals(1, sum, 1e-5);
  }
}
