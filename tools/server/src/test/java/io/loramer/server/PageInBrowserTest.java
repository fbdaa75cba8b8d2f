package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.training.testing.TinyModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** The page in a browser, with a model and a recogniser of random weights. */
@Tag("slow")
class PageInBrowserTest {
  private static final Path CLIP =
      TestFiles.ofRepository("tools/demo/emodb/flac/03a01Fa.flac"); // 1.898 s
  private static final Path OTHER_CLIP =
      TestFiles.ofRepository("tools/demo/emodb/flac/03a02Fc.flac"); // 2.006 s
  private static final Path CTC =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures/audio/wav2vec2-ctc");
  private static final String ANSWER = "#answer:not([hidden]):not(.old) ";

  @TempDir private static Path folder;
  private static Browser browser;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    Path microphone = folder.resolve("microphone.wav");
    Files.write(microphone, TinyModel.wav(32_000, 0.1));
    browser = Browser.start(Files.createDirectory(folder.resolve("browser")), microphone);
    Path model = folder.resolve("model");
    TinyModel.copyTo(model, 1);
    Path recognizer = folder.resolve("ctc");
    EncoderConversion.convert(CTC, recognizer, PaddingInNorm.IGNORED);
    server = RunningServer.of(model, Optional.of(recognizer), 100, Duration.ofSeconds(60));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() {
    browser.resize(1200, 900);
    browser.driver().get(server.uri("/").toString());
    browser.find("#file"); // it is there once the page has the model's description:
    assertEquals("tiny, version 1", browser.find("#model:not(:empty)").getText());
  }

  @AfterEach
  void nothingWasBlocked() {
    for (LogEntry entry : browser.driver().manage().logs().get(LogType.BROWSER)) {
      assertTrue(
          entry.getMessage().contains("the server responded with a status of 400")
              || entry.getMessage().contains("ERR_INTERNET_DISCONNECTED"),
          () -> "" + entry);
    }
  }

  private static WebElement words() {
    return browser.find("#words");
  }

  private static void choose(Path file) {
    browser.find("#file").sendKeys(file.toAbsolutePath().toString());
  }

  private static Object js(String script) {
    return browser.driver().executeScript("return " + script);
  }

  private static long painted(String canvas) {
    return (Long)
        js(
            "new Set(new Uint32Array(document.getElementById('%s').getContext('2d')"
                    .formatted(canvas)
                + ".getImageData(0, 0, 300, 60).data.buffer)).size");
  }

  @Test
  void droppedClipIsAnswered() {
    words().sendKeys("Der Lappen liegt auf dem Eisschrank.");
    browser.drop("drop", CLIP);
    String label = browser.text(ANSWER + "#label");
    assertTrue(label.matches("(joy|fear), \\d+ %"), label);
    List<WebElement> bars = browser.driver().findElements(By.cssSelector("#bars li"));
    assertEquals(2, bars.size());
    assertEquals(label.replace(",", ""), bars.get(0).getText().replace("\n", " "));
    double widest = bars.get(0).findElement(By.cssSelector(".bar div")).getSize().width;
    assertTrue(widest > bars.get(1).findElement(By.cssSelector(".bar div")).getSize().width);
    String shares = browser.text("#shares-text");
    assertTrue(shares.matches("audio \\d+ %, words \\d+ %"), shares);
    assertEquals("Der Lappen liegt auf dem Eisschrank.", browser.text("#used"));
    assertEquals(6, browser.driver().findElements(By.cssSelector("#used mark")).size());
    assertTrue(painted("waveform") > 10, "heat has many shades");
    assertFalse(browser.find("#over-time").isDisplayed());
    assertEquals("03a01Fa.flac", browser.text("#sound"));
  }

  @Test
  void shorterWindowsShowTheEmotionOverTime() {
    choose(CLIP);
    browser.find(ANSWER);
    browser.find("#window").sendKeys("1 s");
    browser.find(ANSWER + "#over-time:not([hidden])");
    String described = browser.find("#timeline").getDomAttribute("aria-label");
    assertTrue(described.matches("Emotion over time: (joy|fear) from 0.0 s.*"), described);
    assertTrue(painted("timeline") > 1);
  }

  @Test
  void recordingIsAnsweredWithItsRecognisedWords() {
    browser.find("#record").click();
    assertEquals("Stop", browser.text("#record.on"));
    browser.driver().findElement(By.xpath("//p[text()='recording, 1 s']"));
    browser.find("#record").click();
    browser.find(ANSWER + "#label");
    String note = browser.text("#used-note");
    assertTrue(note.matches("recognised, confidence 0\\.\\d\\d; correct them .*"), note);
    String heard = words().getDomProperty("value");
    choose(CLIP); // the recording's words are not sent with the clip
    browser.find(ANSWER + "#waveform[aria-label='The audio, 1.9 s']");
    assertNotEquals(heard, words().getDomProperty("value"));
  }

  @Test
  void silentSoundIsNamedBesideItsAnswer() throws IOException {
    choose(Files.write(folder.resolve("silent.wav"), new Waveform(new float[16_000]).toWav()));
    String warning = browser.text(ANSWER + "#warnings:not(:empty)");
    assertEquals("The audio is silent, below -70 dBFS after the mean is taken off", warning);
  }

  @Test
  void fileThatIsNotAudioIsRefusedWithASentence() throws IOException {
    choose(Files.writeString(folder.resolve("diary.txt"), "Dear diary"));
    assertEquals("This file has no sound that could be read.", browser.text("#error:not(:empty)"));
    assertTrue(browser.text("#detail").startsWith("The server's answer: audio: is not audio"));
    assertFalse(browser.find("#answer").isDisplayed());
    assertFalse(browser.find("#working").isDisplayed());
    assertFalse(browser.find("#again").isDisplayed(), "it would be refused again");
  }

  @Test
  void wordsOfThePreviousAudioAreNotSentWithTheNext() {
    words().sendKeys("Das will sie am Mittwoch abgeben.");
    choose(CLIP);
    browser.find(ANSWER);
    assertEquals("Das will sie am Mittwoch abgeben.", browser.text("#used"));
    choose(OTHER_CLIP);
    browser.find(ANSWER + "#waveform[aria-label='The audio, 2.0 s']");
    assertTrue(browser.text("#used-note").startsWith("recognised"), browser.text("#used-note"));
    assertNotEquals("Das will sie am Mittwoch abgeben.", words().getDomProperty("value"));
    assertEquals("The words of the previous audio were removed.", browser.text("#notice"));
  }

  @Test
  void wordsThatAreKeptOnPurposeAreSentWithTheNextAudio() {
    words().sendKeys("Oh no");
    browser.find("#keep").click();
    choose(CLIP);
    browser.find(ANSWER);
    choose(OTHER_CLIP);
    browser.find(ANSWER + "#waveform[aria-label='The audio, 2.0 s']");
    assertEquals("Oh no", browser.text("#used"));
  }

  @Test
  void audioCanBeAnsweredWithoutTheWords() {
    words().sendKeys("Oh no");
    choose(CLIP);
    browser.find(ANSWER);
    browser.find("#alone").click();
    browser
        .driver()
        .findElement(By.xpath("//p[@id='used-note'][contains(., 'from the audio alone')]"));
    assertEquals("(none)", browser.text("#used"));
  }

  @Test
  void modelThatNeedsTheWordsAsksForThemBeforeTheUpload() throws IOException {
    try (RunningServer deaf = RunningServer.of(folder.resolve("model"))) {
      browser.driver().get(deaf.uri("/").toString());
      browser.find("#model:not(:empty)");
      choose(CLIP);
      String note = browser.text("#words-note:not(:empty)");
      assertEquals(
          "This model needs the words: type what is said, or let it answer from the audio alone.",
          note);
      assertEquals(0L, uploads());
      browser.find("#alone").click();
      browser.find(ANSWER);
      assertEquals("(none)", browser.text("#used"));
    }
  }

  /** Returns the number of requests for an answer. */
  private static long uploads() {
    return (Long)
        js(
            "performance.getEntriesByType('resource').filter("
                + "e => e.name.endsWith('/v1/emotions') && e.initiatorType === 'xmlhttprequest')"
                + ".length");
  }

  @Test
  void secondDroppedFileIsNamed() {
    browser.drop("drop", CLIP, OTHER_CLIP);
    browser.find(ANSWER);
    assertEquals("03a01Fa.flac", browser.text("#sound"));
    assertEquals(
        "One file is answered at a time: 03a01Fa.flac was taken. Left out: 03a02Fc.flac.",
        browser.text("#notice"));
  }

  @Test
  void fileOverTheLimitIsRefusedBeforeTheUpload() throws IOException {
    choose(Files.write(folder.resolve("large.wav"), new byte[5 << 20]));
    assertEquals(
        "This file has 5 MB; the server accepts at most 4 MB.", browser.text("#error:not(:empty)"));
    assertEquals(0L, uploads());
  }

  @Test
  void recordingOverTheLimitIsRefusedBeforeTheUpload() throws IOException {
    AudioFormat format = new AudioFormat(4000, 8, 1, false, false);
    Path file = folder.resolve("lecture.wav");
    int bytes = 612 * 4000;
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(new byte[bytes]), format, bytes),
        AudioFileFormat.Type.WAVE,
        file.toFile());
    choose(file);
    assertEquals(
        "This recording is 10.2 min long; the server accepts at most 10 min.",
        browser.text("#error:not(:empty)"));
    assertEquals(0L, uploads());
  }

  @Test
  void emptyFileIsRefusedWithASentence() throws IOException {
    choose(Files.createFile(folder.resolve("empty.wav")));
    assertEquals("This file is empty.", browser.text("#error:not(:empty)"));
  }

  @Test
  void requestIsRepeatedAfterTheServerWasAway() {
    browser.setOffline(true);
    try {
      choose(CLIP);
      assertEquals("The server cannot be reached.", browser.text("#error:not(:empty)"));
      browser.find("#again").click(); // still away
      browser.find("#again:not([hidden])");
    } finally {
      browser.setOffline(false);
    }
    browser.find("#again").click();
    browser.find(ANSWER + "#waveform[aria-label='The audio, 1.9 s']");
    assertEquals("", browser.text("#error"));
    assertFalse(browser.find("#again").isDisplayed());
  }

  @Test
  void newerRequestReplacesTheEarlierOne() throws IOException {
    choose(Files.write(folder.resolve("long.wav"), TinyModel.wav(3 * TinyModel.MAX_SAMPLES, 0.05)));
    choose(CLIP);
    browser.find(ANSWER + "#waveform[aria-label='The audio, 1.9 s']");
    assertEquals("03a01Fa.flac", browser.text("#sound"));
    assertFalse(browser.find("#working").isDisplayed());
  }

  @Test
  void pageCanBeUsedByKeyboard() {
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      press(Keys.TAB);
      WebElement focused = browser.driver().switchTo().activeElement();
      reached.add(focused.getTagName() + " " + focused.getDomProperty("id"));
      assertEquals(
          "solid",
          js(
              "getComputedStyle(document.activeElement.id === 'file' ?"
                  + " document.querySelector('.button') : document.activeElement).outlineStyle"));
    }
    assertEquals(List.of("a ", "input file", "button record", "input words"), reached);
    choose(CLIP); // the system's file dialog is not part of the page
    browser.find(ANSWER);
    words().clear();
    words().sendKeys("Oh no", Keys.ENTER);
    browser.find(ANSWER);
    browser.driver().findElement(By.xpath("//p[@id='used'][normalize-space()='Oh no']"));
    assertEquals("polite", browser.find("#label").getDomAttribute("aria-live"));
  }

  private static void press(Keys key) {
    new Actions(browser.driver()).sendKeys(key).perform();
  }

  @Test
  void phoneScreenNeedsNoScrollingSideways() throws IOException {
    browser.resize(360, 720);
    words().sendKeys("Donaudampfschifffahrtsgesellschaft".repeat(3));
    choose(Files.copy(CLIP, folder.resolve("a-very-long-name-".repeat(6) + ".flac")));
    browser.find(ANSWER);
    assertEquals(360L, js("document.documentElement.scrollWidth"));
    assertTrue((Long) js("document.getElementById('waveform').clientWidth") > 250);
  }
}
