package io.loramer.tools.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextEncodingTest {
  private static final TextEncoding ASCII = new TextEncoding("ANSI_X3.4-1968");
  private static final TextEncoding UTF_8 = new TextEncoding("UTF-8");
  private static final String CAUSE =
      "the locale's character set is ANSI_X3.4-1968; set LC_ALL=C.UTF-8";

  private static Optional<String> problem(TextEncoding encoding, String... arguments) {
    return encoding.problem(List.of(arguments), name -> "/home/anna");
  }

  @Test
  void argumentsWithLostLettersAreNamedWithTheirOptions() {
    assertEquals(
        Optional.of(
            "arrived with lost letters: k\uFFFD\uFFFDse.wav; --text Gr\uFFFD\uFFFDe; " + CAUSE),
        problem(ASCII, "predict", "k\uFFFD\uFFFDse.wav", "--text", "Gr\uFFFD\uFFFDe"));
  }

  @Test
  void argumentsInAnotherEncodingAreRefusedInAUtf8LocaleToo() {
    assertEquals(
        Optional.of("arrived with lost letters: --text Gr\uFFFDe; expected UTF-8"),
        problem(UTF_8, "predict", "--text", "Gr\uFFFDe"));
  }

  @Test
  void wholeArgumentsAreAccepted() {
    assertEquals(Optional.empty(), problem(UTF_8, "--text", "Größe? 谢谢", "k?se.wav"));
    assertEquals(Optional.empty(), problem(ASCII, "--text", "so?"));
  }

  @Test
  void questionMarksInTheWorkingFolderAreLostLettersOnlyOutsideUtf8() {
    Map<String, String> folders = Map.of("user.dir", "/data/K??se", "user.home", "/root");
    assertEquals(Optional.empty(), UTF_8.problem(List.of(), folders::get));
    assertEquals(
        Optional.of("arrived with lost letters: user.dir /data/K??se; " + CAUSE),
        ASCII.problem(List.of(), folders::get));
  }

  @Test
  void pathsThatTheCharacterSetCannotExpressAreReportedWithIt() {
    InvalidPathException e = new InvalidPathException("Käse", "unmappable characters");
    assertEquals("unmappable characters: Käse; " + CAUSE, ASCII.message(e));
    assertEquals("unmappable characters: Käse", UTF_8.message(e));
    assertEquals(Optional.of("letters outside ASCII may be lost: " + CAUSE), ASCII.warning());
    assertEquals(Optional.empty(), UTF_8.warning());
  }
}
