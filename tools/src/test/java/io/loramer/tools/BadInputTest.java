package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.tools.testing.CommandLineRun;
import io.loramer.training.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The error messages of {@code train} for invalid input. */
class BadInputTest {
  @TempDir private static Path folder;
  private static TinyRun tiny;

  @BeforeAll
  static void convert() throws IOException {
    tiny = TinyRun.in(folder);
  }

  @Test
  void allProblemsOfACorpusAreInOneMessage() throws IOException {
    Files.write(folder.resolve("empty.wav"), new byte[0]);
    Files.writeString(folder.resolve("text.wav"), "Dear diary, today I was sad.");
    Files.write(folder.resolve("nothing.wav"), TinyRun.wav());
    Files.write(folder.resolve("short.wav"), TinyRun.wav(new float[199]));
    float[] samples = new float[500];
    samples[3] = Float.NaN;
    Files.write(folder.resolve("nan.wav"), TinyRun.wav(samples));
    Path corpus =
        Files.writeString(
            folder.resolve("bad.jsonl"),
            TinyRun.line("a", "0.wav", "Oh", "joy", "train")
                + TinyRun.line("b", "gone.wav", "Oh", "joy", "train")
                + TinyRun.line("c", "empty.wav", "Oh", "joy", "train")
                + TinyRun.line("d", "text.wav", "Oh", "joy", "train")
                + TinyRun.line("e", "nothing.wav", "Oh", "joy", "train")
                + TinyRun.line("f", "short.wav", "Oh", "joy", "train")
                + TinyRun.line("g", "nan.wav", "Oh", "joy", "train")
                + TinyRun.line("h", "1.wav", "Oh", "joyful", "train")
                + TinyRun.line("a", "1.wav", "Oh", "joy", "train")
                + TinyRun.line("i", "1.wav", " ", "joy", "validation")
                + "{\"id\": \"j\", \"audio\": \"1.wav\n"
                + "{\"id\": \"k\", \"audio\": \"2.wav\", \"label\": \"joy\", \"speaker\": 3}\n");

    assertTrainFails(
        List.of("--set", "data.manifest=" + corpus),
        """
        lora-mer: %1$s/bad.jsonl: 11 problems
          line 2: %1$s/gone.wav: no such file
          line 3: %1$s/empty.wav: the file is empty
          line 4: %1$s/text.wav: is not audio (Invalid data found when processing input)
          line 5: %1$s/nothing.wav: expected at least 200 samples (one frame of the encoder), found 0
          line 6: %1$s/short.wav: expected at least 200 samples (one frame of the encoder), found 199
          line 7: %1$s/nan.wav: expected finite samples, found NaN at sample 3
          line 8: label: expected one of fear, joy, found joyful
          line 9: id: expected a unique one, found a, the id of line 1
          line 10: text is blank
          line 11: not JSON at column 28: Unexpected end-of-input in VALUE_STRING
          line 12: text: expected words, found none; add them, or give a recogniser
        """
            .formatted(folder));
  }

  @Test
  void allProblemsOfAConfigurationAreInOneMessage() {
    assertTrainFails(
        List.of("--set", "training.epoch=3", "--set", "head.mine.lamda=0"),
        """
        lora-mer: override: unknown key training.epoch; known: training.batch_size, \
        training.epochs, training.learning_rate, training.max_gradient_norm, training.patience, \
        training.seed
        override: unknown key head.mine.lamda; known: head.mine.estimator, \
        head.mine.hidden, head.mine.lambda, head.mine.marginals
        """);
  }

  @Test
  void missingAndWrongEncodersAreNamed() throws IOException {
    assertTrainFails(
        List.of("--set", "audio.encoder=null", "--set", "text.encoder=null"),
        """
        lora-mer: neither audio.encoder nor text.encoder is given: name at least one encoder \
        SavedModel; `lora-mer convert` makes them
        """);
    assertTrainFails(
        List.of("--set", "audio.encoder=" + tiny.path("gone")),
        """
        lora-mer: %s/gone: not a SavedModel: it has no saved_model.pb; `lora-mer convert` makes one
        """
            .formatted(folder));
    assertTrainFails(
        List.of("--set", "audio.encoder=" + tiny.path("roberta")),
        """
        lora-mer: %s/roberta: expected a speech encoder, found a text encoder
        """
            .formatted(folder));
  }

  @Test
  void maximumLengthBelowOneFrameIsRefused() throws IOException {
    assertTrainFails(
        List.of("--set", "data.max_duration_seconds=0.01"),
        """
        lora-mer: data.max_duration_seconds: expected at least one frame of the encoder, 200 \
        samples at 16 kHz, found 160
        """);
  }

  /** Asserts that training ends with exit code 1 and this message, and leaves no run folder. */
  private static void assertTrainFails(List<String> overrides, String message) {
    List<String> args =
        new ArrayList<>(
            List.of("train", "--config", tiny.path("run.yaml"), "--run", tiny.path("runs/bad")));
    args.addAll(overrides);
    Set<String> before = names();
    CommandLineRun run = CommandLineRun.of(args.toArray());
    assertEquals(new CommandLineRun(1, "", message), run);
    assertEquals(before, names());
  }

  private static Set<String> names() {
    return Set.of(folder.toFile().list());
  }
}
