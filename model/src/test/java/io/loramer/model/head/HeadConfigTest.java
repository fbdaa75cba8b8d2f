package io.loramer.model.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class HeadConfigTest {
  @Test
  void defaultsAreThePapers() {
    HeadConfig defaults = HeadConfig.defaults();
    assertEquals(256, defaults.size()); // section 3.2
    assertEquals(Layers.LAST, defaults.layers()); // section 3.2
    assertEquals(PoolingOrder.BEFORE_CONVOLUTIONS, defaults.pooling()); // section 2.1
    assertEquals(0.25f, defaults.mine().lambda()); // table 2
    assertEquals(Marginals.ALL_PAIRS, defaults.mine().marginals()); // equation 11
    assertEquals(SpeakerConfig.none(), defaults.speaker());
  }

  @Test
  void allProblemsAreInOneMessage() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new HeadConfig(
                    15,
                    OptionalInt.of(0),
                    Layers.LAST,
                    PoolingOrder.AFTER_CONVOLUTIONS,
                    1,
                    MineConfig.defaults(),
                    SpeakerConfig.none()));
    assertEquals(
        "attention_size: expected a positive number, found 0; size: expected an even number,"
            + " half for the mean and half for the deviation that pooling AFTER_CONVOLUTIONS puts"
            + " out, found 15; dropout: expected a number in [0, 1), found 1.0",
        refused.getMessage());
  }

  @Test
  void repeatedSpeakersAndSizeZeroAreRefused() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SpeakerConfig(OptionalInt.of(0), List.of("A", "A")));
    assertEquals(
        "size: expected a positive number, found 0; known: expected each speaker once, found [A, A]",
        refused.getMessage());
  }

  @Test
  void lambdaThatIsNanIsRefused() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new MineConfig(Float.NaN, 0, Marginals.SHUFFLE, MineEstimator.DV));
    assertEquals(
        "lambda: expected a number of at least 0, found NaN;"
            + " hidden: expected a positive number, found 0",
        refused.getMessage());
  }
}
