package io.loramer.tools;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.loramer.training.AudioFile;
import io.loramer.training.EmotionRecognizer;
import io.loramer.training.Recognition;
import io.loramer.training.Waveform;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Recognises the emotion of a clip. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Recognises the emotion of a clip and its words.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer predict --model models/emotions clip.wav --text \"I am so happy for you\"",
      "  lora-mer predict --model models/emotions clip.mp3 --text \"No!\" --json"
    })
final class PredictCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new Jdk8Module())
          .build();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FOLDER",
      description = "An exported model.")
  private Path model;

  @Option(
      names = "--text",
      paramLabel = "WORDS",
      description = "What is said; needed by a model that reads.")
  private Optional<String> text;

  @Option(names = "--json", description = "Prints a line of JSON instead of a table.")
  private boolean json;

  @Parameters(paramLabel = "CLIP", description = "An audio or video file.")
  private Path clip;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Waveform waveform = AudioFile.read(clip); // before the model, which takes seconds to load
    Recognition recognition;
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(model)) {
      if (waveform.samples().length > recognizer.info().maxSamples()) {
        spec.commandLine()
            .getErr()
            .printf(
                Locale.ROOT,
                "lora-mer: %s is %.1f s long; only the first %.1f s are used%n",
                clip,
                waveform.durationSeconds(),
                (double) recognizer.info().maxSamples() / Waveform.SAMPLE_RATE);
      }
      if (recognizer.info().reads() && text.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "Missing --text: this model reads the words too.");
      }
      recognition = recognize(recognizer, waveform);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? JSON.writeValueAsString(recognition) : table(recognition));
    return ExitCode.OK;
  }

  private Recognition recognize(EmotionRecognizer recognizer, Waveform waveform)
      throws IOException {
    try {
      return recognizer.recognize(waveform, text);
    } catch (IllegalArgumentException e) {
      throw new IOException(clip + ": " + e.getMessage(), e);
    }
  }

  static String table(Recognition recognition) {
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
                        "%ndecided by    audio %.2f, text %.2f",
                        w.get("audio"),
                        w.get("text")))
            .orElse("");
    return probabilities + weights;
  }
}
