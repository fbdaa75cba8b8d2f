package io.loramer.training.export;

import io.loramer.recognition.EmotionModel;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.savedmodels.optimize.Precision;
import java.util.Arrays;
import java.util.Locale;

/** Writes the README.md of an exported model: its labels and quality, and example calls. */
final class ExportReadme {
  private static final String WORDS = "I am so happy for you!";

  private static final String PYTHON_SPEECH =
      """
      samples, rate = soundfile.read("clip.wav", dtype="float32")  # 16 kHz, one channel
      samples = samples[:%d]  # longer clips are cropped, as in training
      inputs["input_values"] = tf.constant(samples[None])
      inputs["audio_lengths"] = tf.constant([len(samples)])
      """;

  private static final String PYTHON_WORDS =
      """
      ids = tokenizers.Tokenizer.from_file("assets/tokenizer.json").encode("%s").ids
      inputs["input_ids"] = tf.constant([ids])
      inputs["text_lengths"] = tf.constant([len(ids)])
      """
          .formatted(WORDS);

  private ExportReadme() {}

  /**
   * Returns the text.
   *
   * @param name of the model
   * @param precision of the encoders' products
   * @param difference see {@link ExportCheck}
   */
  static String of(String name, EmotionModel model, Precision precision, double difference) {
    EmotionModelInfo info = model.info();
    String ids = model.tokenizer().map(known -> Arrays.toString(known.encode(WORDS))).orElse("");
    return """
    # %1$s

    Recognises %2$s. Made by LoRA-MER for Java.
    %3$s
    The SavedModel was loaded and compared with the run's weights, on clips alone, in batches, and in batches that were
    padded as TF Serving pads. An output of a clip alone and in a batch differs by %4$s at most.

    ## Signatures

    %5$s
    Lengths are counts of samples and tokens; the padding beyond them is ignored.

    ## TF Serving

    ```
    tensorflow_model_server --rest_api_port=8501 --model_name=%1$s --model_base_path=/path/to/%1$s \\
      --enable_batching --enable_per_model_batching_parameters   # batching_params.pbtxt, beside this file
    ```

    or, with an API for sound files of any format as well: `lora-mer serve --model /path/to/%1$s`.

    ## curl

    ```
    %6$s
    ```

    ## Python

    ```python
    %7$sprint(tf.saved_model.load(".").signatures["serving_default"](**inputs))
    ```

    ## Java

    ```java
    // In this process (io.loramer:lora-mer-recognition); the folder is that of the model or of a version.
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(Path.of("/path/to/%1$s"))) {
      recognizer.recognize(AudioFile.read(Path.of("clip.mp3")), Optional.of("%8$s"));
    }
    // From a server, lora-mer serve (io.loramer:lora-mer-client, which needs no TensorFlow).
    new EmotionClient(URI.create("http://localhost:8501")).recognize(Path.of("clip.mp3"), Optional.of("%8$s"));
    ```
    """
        .formatted(
            name,
            markdown(String.join(", ", info.labels())),
            quality(info) + products(precision),
            String.format(Locale.ROOT, "%.1e", difference),
            signatures(info),
            curl(name, info, ids),
            python(info),
            WORDS);
  }

  /** Escapes text so that Markdown shows it as it is. */
  static String markdown(String text) {
    return text.replaceAll("\\s+", " ").replaceAll("[\\\\`*_\\[\\]<>&|~$#!]", "\\\\$0");
  }

  private static String products(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> "";
      case BFLOAT16, FLOAT16 ->
          """
          The encoders' products are computed in %s, whatever the run's precision: fast on processors with instructions for it,
          slow on others.
          """
              .formatted(precision.name().toLowerCase(Locale.ROOT));
    };
  }

  private static String quality(EmotionModelInfo info) {
    String speakers =
        info.toldSpeakers()
            ? """
            In training and test the model was given the speaker of each clip. This SavedModel has no speaker input: all speakers are unknown
            to it, so on speakers of the training split its accuracy may be lower than in that test.
            """
            : "";
    return info.test()
            .map(
                test ->
                    String.format(
                        Locale.ROOT,
                        "On its test split of %d utterances: unweighted accuracy %.3f, weighted"
                            + " %.3f.%n",
                        test.utterances(),
                        test.unweightedAccuracy(),
                        test.weightedAccuracy()))
            .orElse("")
        + speakers;
  }

  private static String signatures(EmotionModelInfo info) {
    String words = info.usesText() ? "`input_ids` int32 [B, S], `text_lengths` int32 [B]" : "";
    String and = info.usesAudio() && info.usesText() ? ", " : "";
    String weights = and.isEmpty() ? "" : ", `fusion_weights` [B, 2] (audio, text)";
    String speech =
        "`input_values` float32 [B, samples] (16 kHz, full scale 1), `audio_lengths` int32 [B]";
    String files =
        """
        - `wav_bytes`: `wav_bytes` string [B] (WAV files of 16-bit PCM at 16 kHz)%s → the same.
        """
            .formatted(and + words);
    return """
    - `serving_default`: %s → `probabilities`, `logits` float32 [B, %d], `labels` string [B] (the most probable), \
    `embedding` [B, D]%s.
    %s- `explain`: as `serving_default`, and the pooling's attention weights: %s.
    """
        .formatted(
            (info.usesAudio() ? speech : "") + and + words,
            info.labels().size(),
            weights,
            info.usesAudio() ? files : "",
            attention(info));
  }

  private static String attention(EmotionModelInfo info) {
    String audio = "`audio_attention` float32 [B, frames] with `audio_frames` int32 [B]";
    String text = "`text_attention` float32 [B, S]";
    if (!info.usesText()) {
      return audio;
    }
    return info.usesAudio() ? audio + ", " + text : text;
  }

  /** Returns lines that make the inputs as {@code lora-mer predict} does. */
  private static String python(EmotionModelInfo info) {
    return "import "
        + (info.usesAudio() ? "soundfile, " : "")
        + "tensorflow as tf"
        + (info.usesText() ? ", tokenizers" : "")
        + "\n\ninputs = {}\n"
        + (info.usesAudio() ? PYTHON_SPEECH.formatted(info.maxSamples()) : "")
        + (info.usesText() ? PYTHON_WORDS : "");
  }

  private static String curl(String name, EmotionModelInfo info, String ids) {
    String url = "http://localhost:8501/v1/models/" + name + ":predict";
    String words =
        info.usesText()
            ? "\"input_ids\": %s, \"text_lengths\": %d"
                .formatted(ids, ids.chars().filter(c -> c == ',').count() + 1)
            : "";
    if (!info.usesAudio()) {
      return "curl -d '{\"instances\": [{" + words + "}]}' " + url;
    }
    String rest = info.usesText() ? ", " + words : "";
    return """
    (printf '{"signature_name": "wav_bytes", "instances": [{"wav_bytes": {"b64": "'; base64 -w0 clip.wav;
     printf '"}%s}]}') | curl -d @- %s\
    """
        .formatted(rest, url);
  }
}
