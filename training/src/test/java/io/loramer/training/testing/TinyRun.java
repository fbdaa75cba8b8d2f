package io.loramer.training.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.loramer.recognition.testing.TestFiles;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with encoders of random weights, a corpus of sines and a run.yaml that names both. */
public record TinyRun(Path folder) {
  private static final Path TOKENIZER =
      TestFiles.ofRepository(
          "model/recognition/src/test/resources/fixtures/tokenizer/tokenizer.json");

  /** The first frame takes 200 samples, each further one 160. */
  private static final String WAVLM =
      """
      {"architectures": ["WavLMModel"], "model_type": "wavlm", "hidden_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
       "conv_dim": [5, 7], "conv_kernel": [40, 9], "conv_stride": [20, 8], "conv_bias": false,
       "feat_extract_norm": "group", "do_stable_layer_norm": false, "num_conv_pos_embeddings": 6,
       "num_conv_pos_embedding_groups": 3, "num_buckets": 16, "max_bucket_distance": 30}
      """;

  private static final String ROBERTA =
      """
      {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 525,
       "hidden_size": 9, "num_hidden_layers": 1, "num_attention_heads": 3,
       "intermediate_size": 14, "max_position_embeddings": 30, "type_vocab_size": 1,
       "pad_token_id": 1}
      """;

  private static final String CONFIG =
      """
      data: {manifest: corpus.jsonl, labels: [joy, fear]}
      audio: {encoder: wavlm}
      text: {encoder: roberta}
      head: {size: 10, attention_size: 8, mine: {hidden: 11}}
      training: {epochs: 1, batch_size: 3}
      """;

  /** Makes the encoders, the corpus and the configuration in an empty folder. */
  public static TinyRun in(Path folder) throws IOException {
    TinyRun tiny = new TinyRun(folder);
    Path roberta = Files.createDirectory(folder.resolve("roberta-checkpoint"));
    Files.copy(TOKENIZER, roberta.resolve("tokenizer.json"));
    tiny.convert(roberta, ROBERTA, "roberta");
    tiny.convert(Files.createDirectory(folder.resolve("wavlm-checkpoint")), WAVLM, "wavlm");
    Files.writeString(tiny.config(), CONFIG);
    StringBuilder lines = new StringBuilder();
    String[] splits = {"train", "train", "train", "train", "validation", "validation", "test"};
    for (int i = 0; i < splits.length; i++) {
      float[] samples = new float[3500 + 300 * i];
      for (int t = 0; t < samples.length; t++) {
        samples[t] = (float) Math.sin((0.08 + 0.11 * (i % 2)) * t) / 2;
      }
      Files.write(folder.resolve(i + ".wav"), wav(samples));
      lines.append(line("u" + i, i + ".wav", "Oh no!", i % 2 == 0 ? "joy" : "fear", splits[i]));
    }
    Files.writeString(folder.resolve("corpus.jsonl"), lines);
    return tiny;
  }

  private void convert(Path checkpoint, String config, String name) throws IOException {
    Files.writeString(checkpoint.resolve("config.json"), config);
    RandomCheckpoint.write(checkpoint, 3);
    EncoderConversion.convert(checkpoint, folder.resolve(name), PaddingInNorm.IGNORED);
  }

  /** Removes the marks of splits from the corpus, so that a cross-validation divides all of it. */
  public TinyRun withoutSplits() throws IOException {
    Path corpus = folder.resolve("corpus.jsonl");
    String lines = Files.readString(corpus);
    Files.writeString(corpus, lines.replaceAll(", \"split\": \"\\w+\"", ""));
    return this;
  }

  /** Returns the configuration's file. */
  public Path config() {
    return folder.resolve("run.yaml");
  }

  /** Returns the path of a file in the folder, as a command-line argument. */
  public String path(String name) {
    return folder.resolve(name).toString();
  }

  /** Returns a line of a manifest. */
  public static String line(String id, String audio, String text, String label, String split) {
    return """
        {"id": "%s", "audio": "%s", "text": "%s", "label": "%s", "speaker": "%s", "split": "%s"}
        """
        .formatted(id, audio, text, label, split, split);
  }

  /** Returns a WAV file of float samples, one channel at 16 kHz. */
  public static byte[] wav(float... samples) {
    int bytes = Float.BYTES * samples.length;
    ByteBuffer wav = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(US_ASCII)).putInt(36 + bytes).put("WAVEfmt ".getBytes(US_ASCII));
    wav.putInt(16).putShort((short) 3).putShort((short) 1); // float, mono
    wav.putInt(16_000).putInt(16_000 * Float.BYTES).putShort((short) Float.BYTES);
    wav.putShort((short) Float.SIZE).put("data".getBytes(US_ASCII)).putInt(bytes);
    wav.asFloatBuffer().put(samples);
    return wav.array();
  }
}
