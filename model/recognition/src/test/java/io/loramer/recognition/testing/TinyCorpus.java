package io.loramer.recognition.testing;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A corpus of sines, and encoders of random weights. */
public record TinyCorpus(Path manifest, Path speechEncoder, Path textEncoder) {
  private static final Path TOKENIZER =
      TestFiles.ofRepository("model/recognition/src/test/resources/fixtures/tokenizer");
  private static final List<String> LABELS = List.of("anger", "neutral", "sadness");

  /** The first of the validation split: 7 before it, so that the last batch of 3 holds one. */
  private static final int VALIDATION = 7;

  /** The first of the test split. */
  private static final int TEST = 11;

  private static final int UTTERANCES = 16;

  /** The first frame takes 200 samples, each further frame 160. */
  private static final String WAVLM =
      """
      {"architectures": ["WavLMModel"], "model_type": "wavlm", "hidden_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
       "conv_dim": [5, 7], "conv_kernel": [40, 9], "conv_stride": [20, 8], "conv_bias": false,
       "feat_extract_norm": "group", "do_stable_layer_norm": false, "num_conv_pos_embeddings": 6,
       "num_conv_pos_embedding_groups": 3, "num_buckets": 16, "max_bucket_distance": 30,
       "hidden_dropout": 0.1, "attention_dropout": 0.1, "activation_dropout": 0.1}
      """;

  private static final String ROBERTA =
      """
      {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 525,
       "hidden_size": 9, "num_hidden_layers": 1, "num_attention_heads": 3,
       "intermediate_size": 14, "max_position_embeddings": 30, "type_vocab_size": 1,
       "pad_token_id": 1}
      """;

  /** Writes the corpus and the encoders into an empty folder. */
  public static TinyCorpus in(Path folder) throws IOException {
    Path roberta = Files.createDirectory(folder.resolve("roberta-checkpoint"));
    Files.copy(TOKENIZER.resolve("tokenizer.json"), roberta.resolve("tokenizer.json"));
    Path wavlm = Files.createDirectory(folder.resolve("wavlm-checkpoint"));
    return new TinyCorpus(
        corpus(folder),
        encoder(wavlm, WAVLM, folder.resolve("wavlm")),
        encoder(roberta, ROBERTA, folder.resolve("roberta")));
  }

  private static Path encoder(Path checkpoint, String config, Path target) throws IOException {
    Files.writeString(checkpoint.resolve("config.json"), config);
    RandomCheckpoint.write(checkpoint, 3);
    EncoderConversion.convert(checkpoint, target, PaddingInNorm.IGNORED);
    return target;
  }

  /**
   * Clips of 0.2 to 0.6 s whose pitch and words correspond to the label; in the validation split,
   * to the wrong one, so that the last epoch is not the best.
   */
  private static Path corpus(Path folder) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < UTTERANCES; i++) {
      Split split = i < VALIDATION ? Split.TRAIN : i < TEST ? Split.VALIDATION : Split.TEST;
      int kind = i % LABELS.size();
      // Not a multiple of 800 Hz, the first layer's frame rate: all frames would be equal, and the
      // layer's norm would amplify rounding errors.
      wav(folder.resolve(i + ".wav"), 211 + 307 * kind, 3200 + 423 * i);
      lines.append(
          """
          {"id": "u%d", "audio": "%d.wav", "text": "%s", "label": "%s", "speaker": "%s-%d",\
           "split": "%s"}
          """
              .formatted(
                  i,
                  i,
                  "so ".repeat(i % 4) + LABELS.get(kind),
                  LABELS.get((split == Split.VALIDATION ? kind + 1 : kind) % LABELS.size()),
                  split.word(),
                  i % 2,
                  split.word()));
    }
    return Files.writeString(folder.resolve("corpus.jsonl"), lines);
  }

  private static void wav(Path file, double hertz, int samples) throws IOException {
    float[] sine = SoundFiles.sine(hertz, Waveform.SAMPLE_RATE, samples);
    byte[] data = SoundFiles.littleEndian(sine);
    Files.write(file, SoundFiles.wav(SoundFiles.FLOAT, 1, Waveform.SAMPLE_RATE, Float.SIZE, data));
  }

  /** Ignores the progress of a run. */
  public static void unwatched(Progress progress) {}
}
