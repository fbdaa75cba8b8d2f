package io.loramer.server;

import io.loramer.recognition.testing.TestFiles;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.RunFolder;
import io.loramer.training.testing.TinyModel;
import io.loramer.training.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes an emotion model with encoders of the sizes of WavLM-base and RoBERTa-base and random
 * weights, to measure a server with. From the repository's root, after {@code mvn package}:
 *
 * <pre>{@code
 * java -cp "tools/target/test-classes:tools/target/lora-mer-tools.jar:tools/target/lib/*" \
 *   io.loramer.server.BaseSizeModel runs/base
 * ./lora-mer serve --model runs/base/model
 * }</pre>
 */
public final class BaseSizeModel {
  private static final String WAVLM =
      """
      {"architectures": ["WavLMModel"], "model_type": "wavlm", "hidden_size": 768,
       "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072,
       "conv_dim": [512, 512, 512, 512, 512, 512, 512], "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
       "conv_stride": [5, 2, 2, 2, 2, 2, 2], "conv_bias": false, "feat_extract_norm": "group",
       "do_stable_layer_norm": false, "num_conv_pos_embeddings": 128,
       "num_conv_pos_embedding_groups": 16, "num_buckets": 320, "max_bucket_distance": 800}
      """;

  /** A config.json with the demo's small vocabulary, whose size has no effect on the speed. */
  private static final String ROBERTA =
      """
      {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 525,
       "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
       "intermediate_size": 3072, "max_position_embeddings": 514, "type_vocab_size": 1,
       "pad_token_id": 1}
      """;

  private BaseSizeModel() {}

  /**
   * Writes the model.
   *
   * @param args the folder to write to
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectory(Path.of(args[0]));
    Path tokenizer =
        TestFiles.ofRepository(
            "model/recognition/src/test/resources/fixtures/tokenizer/tokenizer.json");
    encoder(folder, "wavlm", WAVLM);
    Files.createDirectory(folder.resolve("roberta-checkpoint"));
    Files.copy(tokenizer, folder.resolve("roberta-checkpoint/tokenizer.json"));
    encoder(folder, "roberta", ROBERTA);
    StringBuilder corpus = new StringBuilder();
    for (String split : List.of("train", "validation")) {
      for (String label : List.of("anger", "happiness", "neutral", "sadness")) {
        Files.write(folder.resolve(label + ".wav"), TinyModel.wav(16_000, 0.1));
        corpus.append(TinyRun.line(split + label, label + ".wav", "Oh no!", label, split));
      }
    }
    Files.writeString(folder.resolve("corpus.jsonl"), corpus);
    Path config =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            data: {manifest: corpus.jsonl}
            audio: {encoder: wavlm}
            text: {encoder: roberta}
            training: {epochs: 0}
            """);
    RunFolder run = new RunFolder(folder.resolve("run"));
    Trainer.start(RunConfigFile.read(Optional.of(config), Map.of()), run.path(), progress -> {});
    Path version = folder.resolve("model").resolve("1");
    EmotionExport.write(run, version, EmotionExport.Lora.MERGED, Precision.FLOAT32);
  }

  private static void encoder(Path folder, String name, String config) throws IOException {
    Path checkpoint = Files.createDirectories(folder.resolve(name + "-checkpoint"));
    Files.writeString(checkpoint.resolve("config.json"), config);
    RandomCheckpoint.write(checkpoint, 3);
    EncoderConversion.convert(checkpoint, folder.resolve(name), PaddingInNorm.IGNORED);
  }
}
