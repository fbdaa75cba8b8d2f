package io.loramer.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openqa.selenium.OutputType;

/**
 * Makes the screenshots of the page in {@code docs/images}. From the repository's root, after
 * {@code mvn package}, with {@code ./lora-mer serve --model runs/demo/model --name emotions} in
 * another terminal:
 *
 * <pre>{@code
 * mvn -q dependency:copy-dependencies -pl tools -DoutputDirectory=target/test-lib
 * java -cp "tools/target/test-classes:tools/target/classes:tools/target/test-lib/*" \
 *   io.loramer.server.PagePictures http://localhost:8501 docs/images
 * }</pre>
 */
final class PagePictures {
  private static final Path CLIP = Path.of("tools/demo/emodb/flac/03a01Fa.flac");

  private PagePictures() {}

  /**
   * Makes the screenshots.
   *
   * @param args the server's address and the folder to write to
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[1]));
    Path profile = Files.createTempDirectory("browser");
    try (Browser browser = Browser.start(profile, CLIP)) {
      for (String look : new String[] {"desktop", "dark", "phone"}) {
        browser.prefer(look.equals("dark") ? "dark" : "light");
        int width = look.equals("phone") ? 390 : 1000;
        browser.resize(width, 600);
        browser.driver().get(args[0]);
        browser.find("#model:not(:empty)");
        browser.find("#words").sendKeys("Der Lappen liegt auf dem Eisschrank.");
        browser.drop("drop", CLIP);
        browser.find("#answer:not([hidden]):not(.old)");
        browser.find("#window").sendKeys("½ s");
        browser.find("#answer:not(.old) #over-time:not([hidden])");
        browser.driver().executeScript("document.activeElement.blur()");
        Number height =
            (Number) browser.driver().executeScript("return document.body.scrollHeight");
        browser.resize(width, height.intValue());
        Files.write(
            folder.resolve("page-" + look + ".png"),
            browser.driver().getScreenshotAs(OutputType.BYTES));
      }
    }
  }
}
