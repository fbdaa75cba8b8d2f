package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.tools.testing.CommandLineRun;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MineCheckCommandTest {
  /** After two steps all estimates are near 0, which is right only for independent pairs. */
  @Test
  void estimatesOutsideTheirRangeAreMarkedAndTheExitCodeIsOne() {
    CommandLineRun run = CommandLineRun.of("mine-check", "--estimator", "infonce", "--steps", "2");
    assertEquals(1, run.exitCode(), run.err());
    assertEquals("", run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals(1 + 37 + 1, lines.size());
    assertTrue(
        lines.get(1).matches("1-d, rho 0.00 +64 +0.000 +infonce +-?0.0\\d\\d .* 4.16 .*0.05"),
        lines.get(1));
    assertTrue(lines.get(6).matches("1-d, rho 0.90 .* 0.73 to 0.93  OFF"), lines.get(6));
    assertTrue(lines.get(38).matches("\\d+ judged, [1-9]\\d* off"), lines.get(38));
  }
}
