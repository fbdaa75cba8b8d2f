package io.loramer.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The installed Chromium in headless mode; nothing is downloaded. */
record Browser(ChromeDriver driver) implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Starts the browser; a test that needs it is skipped if chromium or chromedriver is not
   * installed.
   *
   * @param folder the folder for the browser's files
   * @param microphone a WAV file of 16-bit PCM, which is repeated as the microphone's input
   */
  static Browser start(Path folder, Path microphone) {
    Optional<File> chromium = onPath("chromium", "chromium-browser", "google-chrome");
    Optional<File> chromedriver = onPath("chromedriver");
    assumeTrue(
        chromium.isPresent() && chromedriver.isPresent(),
        "no browser: chromium and chromedriver are not on the PATH (Debian: chromium-driver)");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.get());
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // Chromium refuses a sandbox for root
        "--disable-dev-shm-usage",
        "--user-data-dir=" + folder,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--use-file-for-fake-audio-capture=" + microphone);
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(chromedriver.get()).build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().implicitlyWait(PATIENCE);
    return new Browser(driver);
  }

  private static Optional<File> onPath(String... names) {
    List<Path> folders =
        Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(Path::of).toList();
    return Stream.of(names)
        .flatMap(name -> folders.stream().map(folder -> folder.resolve(name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toFile);
  }

  /** Sets the size of the viewport. */
  void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  /** Sets the preferred colour scheme, light or dark. */
  void prefer(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Drops files onto an element, as a user does from the desktop. */
  void drop(String id, Path... files) {
    List<String> names = Stream.of(files).map(file -> file.toAbsolutePath().toString()).toList();
    var box = find("#" + id).getRect();
    for (String type : List.of("dragEnter", "dragOver", "drop")) {
      driver.executeCdpCommand(
          "Input.dispatchDragEvent",
          Map.of(
              "type",
              type,
              "x",
              box.x + box.width / 2,
              "y",
              box.y + box.height / 2,
              "data",
              Map.of("items", List.of(), "files", names, "dragOperationsMask", 1)));
    }
  }

  /** Cuts the browser off the network, or connects it again. */
  void setOffline(boolean offline) {
    driver.executeCdpCommand("Network.enable", Map.of());
    driver.executeCdpCommand(
        "Network.emulateNetworkConditions",
        Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  /** Finds an element, and waits until it exists. */
  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  String text(String css) {
    return find(css).getText();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
