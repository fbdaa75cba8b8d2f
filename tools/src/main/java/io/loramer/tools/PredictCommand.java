package io.loramer.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.words.SpeechRecognizer;
import io.loramer.savedmodels.files.Json;
import io.loramer.tools.console.ProgressLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Recognises the emotion of a clip and prints the probabilities. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Recognises the emotion of a clip and its words.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer predict --model models/emotions clip.wav --text \"I am so happy for you\"",
      "  lora-mer predict --model models/emotions clip.mp3 --text \"No!\" --json",
      "  lora-mer predict --model models/emotions clip.mp3 --recognizer encoders/ctc"
    })
final class PredictCommand implements Callable<Integer> {
  @Mixin private ModelOptions options;

  @Option(
      names = "--text",
      paramLabel = "WORDS",
      description = "The spoken words; a model that uses text needs them, or a recogniser.")
  private Optional<String> text;

  @Option(names = "--json", description = "Prints a line of JSON instead of a table.")
  private boolean json;

  @Parameters(paramLabel = "CLIP", description = "An audio or video file.")
  private Path clip;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    EmotionModelInfo info = EmotionModelInfo.read(options.model());
    boolean wordless = info.usesText() && text.isEmpty();
    if (wordless && options.recognizer().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Missing --text or --recognizer: this model needs the words.");
    }
    options.requireRecognizer();
    if (!info.usesText() && text.isPresent()) {
      spec.commandLine().getErr().println("lora-mer: this model takes no text: --text is not used");
    }
    // Before the model, which takes seconds to load.
    AudioScan scan = Utterance.Clip.whole(clip).scan(info.maxSamples());
    Waveform used = scan.beginning();
    try (EmotionRecognizer loaded = EmotionRecognizer.load(options.model())) {
      Optional<Transcription> recognized = Optional.empty();
      if (wordless) {
        recognized = Optional.of(words(options.recognizer().get()));
      }
      Optional<String> words = recognized.map(Transcription::text).or(() -> text);
      Recognition recognition = named(() -> loaded.recognize(used, words));
      if (info.usesAudio()) {
        warn(scan, used);
      }
      print(recognition, recognized);
    }
    return ExitCode.OK;
  }

  /** Says which part of the clip is used, and whether it has sound. */
  private void warn(AudioScan scan, Waveform used) {
    PrintWriter err = spec.commandLine().getErr();
    double seconds = used.durationSeconds();
    if (scan.samples() > used.samples().length) {
      err.printf(
          Locale.ROOT,
          "lora-mer: %s is %.1f s long; only the first %.1f s are used%n",
          clip,
          scan.durationSeconds(),
          seconds);
    }
    if (scan.silence().isPresent()) {
      err.printf("lora-mer: %s %s%n", clip, scan.silence().get());
    } else if (used.isSilent()) {
      err.printf(
          Locale.ROOT, "lora-mer: %s is silent in the %.1f s that are used%n", clip, seconds);
    }
  }

  private Transcription words(Path folder) throws IOException {
    try (SpeechRecognizer loaded = SpeechRecognizer.load(folder);
        Recording recording = Utterance.Clip.whole(clip).open();
        ProgressLine progress = new ProgressLine()) {
      return named(() -> loaded.recognize(recording, progress));
    }
  }

  /** Returns a result; a failure names the clip. */
  private <T> T named(Result<T> result) throws IOException {
    try {
      return result.get();
    } catch (IllegalArgumentException e) {
      throw new IOException(clip + ": " + e.getMessage(), e);
    }
  }

  /** Computes a result. */
  @FunctionalInterface
  private interface Result<T> {
    T get() throws IOException;
  }

  /** Prints the probabilities, and the words if they were recognised. */
  private void print(Recognition recognition, Optional<Transcription> recognized)
      throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode line = Json.RECORDS.valueToTree(recognition);
      recognized.ifPresent(
          words ->
              line.put("text", words.text())
                  .put("text_source", "asr")
                  .put("text_confidence", words.confidence()));
      out.println(Json.RECORDS.writeValueAsString(line));
    } else {
      out.println(table(recognition));
      recognized.ifPresent(
          words ->
              out.printf(
                  Locale.ROOT,
                  "words         %s (recognised, confidence %.2f)%n",
                  words.text(),
                  words.confidence()));
    }
  }

  private static String table(Recognition recognition) {
    String probabilities =
        recognition.probabilities().entrySet().stream()
            .sorted(Map.Entry.<String, Float>comparingByValue().reversed())
            .map(e -> String.format(Locale.ROOT, "%-12s %.3f", e.getKey(), e.getValue()))
            .collect(Collectors.joining("\n"));
    String weights =
        recognition
            .fusionWeights()
            .map(
                w ->
                    String.format(
                        Locale.ROOT,
                        "%nfusion        audio %.2f, text %.2f",
                        w.get("audio"),
                        w.get("text")))
            .orElse("");
    return probabilities + weights;
  }
}
