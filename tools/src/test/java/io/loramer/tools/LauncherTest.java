package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code lora-mer}, with a program in place of Java that prints what it is given. */
class LauncherTest {
  @TempDir private static Path home;

  /** Runs the script; returns the locale that Java would get. */
  private static String localeOfJava(String variable, String locale)
      throws IOException, InterruptedException {
    Path java = home.resolve("jdk/bin/java");
    if (!Files.exists(java)) {
      Files.copy(TestFiles.ofRepository("lora-mer"), home.resolve("lora-mer"));
      Files.createDirectories(home.resolve("tools/target"));
      Files.createFile(home.resolve("pom.xml"));
      Files.createFile(home.resolve("tools/target/lora-mer-tools.jar")); // newer than the pom
      Files.createDirectories(java.getParent());
      Files.writeString(java, "#!/bin/sh\nlocale charmap\n");
      java.toFile().setExecutable(true);
    }
    ProcessBuilder script =
        new ProcessBuilder(List.of("bash", home.resolve("lora-mer").toString(), "doctor"))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(script.environment()::remove);
    script.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    script.environment().put(variable, locale);
    Process process = script.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return out.strip();
  }

  @Test
  void asciiAndMissingLocalesAreReplacedByAUtf8Locale() throws Exception {
    assertEquals("UTF-8", localeOfJava("LANG", "C"));
    assertEquals("UTF-8", localeOfJava("LC_ALL", "POSIX"));
    assertEquals("UTF-8", localeOfJava("LC_CTYPE", "xx_XX.ISO-8859-1"));
    assertEquals("UTF-8", localeOfJava("LANG", "C.UTF-8"));
  }
}
