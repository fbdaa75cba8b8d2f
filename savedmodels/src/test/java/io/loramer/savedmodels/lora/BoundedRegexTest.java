package io.loramer.savedmodels.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regular expressions of adapters, some of which would be matched until the end of time. */
final class BoundedRegexTest {
  private static final String MODULE = "encoder.layers.11.feed_forward.intermediate_dense";

  /** Not (a+)+, whose repetitions Java's matcher remembers. */
  private static final String ENDLESS = "((.+)+)+!";

  @ParameterizedTest
  @ValueSource(strings = {ENDLESS, "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)!"})
  void endlessExpressionForTargetModulesIsNamed(String expression) {
    TargetModules targets = new TargetModules(List.of(), expression);
    assertRefused(expression, () -> targets.matches(MODULE));
  }

  @Test
  void endlessKeysOfPatternsAreNamed() {
    TargetModules targets = TargetModules.QUERY_AND_VALUE;
    LoraConfig ranks = new LoraConfig(2, 16, 0, targets, Map.of(ENDLESS, 4), Map.of(), false);
    LoraConfig alphas = new LoraConfig(2, 16, 0, targets, Map.of(), Map.of(ENDLESS, 4f), false);
    assertRefused(ENDLESS, () -> ranks.rank(MODULE));
    assertRefused(ENDLESS, () -> alphas.scaling(MODULE));
    assertRefused(ENDLESS, () -> alphas.unmatchedPatterns(List.of(MODULE)));
  }

  @Test
  void nameTooLongToBeMatchedWithoutOverflowOfTheStackIsRefused() {
    TargetModules targets = new TargetModules(List.of(), "((a|b|c)(a|b|c)?)*");
    var refused =
        assertThrows(IllegalArgumentException.class, () -> targets.matches("a".repeat(100_000)));
    assertTrue(refused.getMessage().contains("at most 1000 characters, found 100000"));
  }

  @ParameterizedTest
  @CsvSource({
    "'^(?!.*(?:bias|norm)).*(?:q_proj|intermediate_dense).*$', true",
    "'(.*\\.)?layers\\.(\\d|1[01])\\.(attention|feed_forward)\\.(q_proj|\\w+_dense)', true",
    "'(.*.*)*x', false"
  })
  void expressionsThatPeopleWriteAreMatched(String expression, boolean matches) {
    assertEquals(matches, new TargetModules(List.of(), expression).matches(MODULE));
  }

  private static void assertRefused(String expression, Executable use) {
    var refused = assertThrows(IllegalArgumentException.class, use);
    String message = refused.getMessage();
    assertTrue(message.contains(expression) && message.contains("1,000,000 steps"), message);
  }
}
