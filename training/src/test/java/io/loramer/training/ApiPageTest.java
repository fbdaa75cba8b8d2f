package io.loramer.training;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the examples of docs/api.md; each is a whole source file. */
class ApiPageTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```java\n(.*?)^```$");
  private static final Pattern CLASS = Pattern.compile("(?m)^class (\\w+)");
  private static final int EXAMPLES = 9;

  @TempDir private Path folder;

  private List<Path> examples() throws IOException {
    String page = Files.readString(TestFiles.ofRepository("docs").resolve("api.md"));
    List<Path> files = new ArrayList<>();
    Matcher example = EXAMPLE.matcher(page);
    while (example.find()) {
      Matcher name = CLASS.matcher(example.group(1));
      assertTrue(name.find(), () -> "no class in the example\n" + example.group(1));
      files.add(Files.writeString(folder.resolve(name.group(1) + ".java"), example.group(1)));
    }
    return files;
  }

  @Test
  void examplesOfTheApiPageCompile() throws IOException {
    List<Path> examples = examples();
    assertTrue(examples.size() >= EXAMPLES, () -> "found only " + examples);
    // Surefire hides the class path behind a jar with a manifest, and keeps it in this property.
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(problems, Locale.ROOT, null)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  files,
                  problems,
                  List.of("-proc:none", "-d", folder.toString(), "-cp", classPath),
                  null,
                  files.getJavaFileObjectsFromPaths(examples))
              .call();
      String messages =
          problems.getDiagnostics().stream().map(Object::toString).collect(joining("\n"));
      assertTrue(compiled, messages);
    }
  }
}
