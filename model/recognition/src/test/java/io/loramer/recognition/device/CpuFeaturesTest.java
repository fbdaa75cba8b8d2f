package io.loramer.recognition.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuFeaturesTest {
  /** Flags that Linux lists for a Xeon of 2023, an EPYC of 2022, and a Xeon of 2017. */
  @ParameterizedTest
  @CsvSource({
    "fpu avx512f avx512_bf16 amx_bf16 amx_tile, true",
    "fpu avx2 avx512f avx512_bf16, true",
    "fpu avx2 avx512f avx512_vnni, false"
  })
  void flagsDecideWhetherBfloat16ProductsAreFast(String flags, boolean expected) {
    List<String> description =
        List.of("processor\t: 0", "flags\t\t: " + flags, "bugs\t\t: spectre");
    assertEquals(expected, CpuFeatures.of(description).multipliesBfloat16(Map.of()));
  }

  @Test
  void modelAndFlagsAreThoseOfTheFirstProcessor() {
    CpuFeatures cpu =
        CpuFeatures.of(
            List.of(
                "model\t\t: 17",
                "model name\t: AMD EPYC 9R14",
                "flags\t\t: fpu avx2",
                "flags\t\t: fpu"));
    assertEquals(new CpuFeatures("AMD EPYC 9R14", List.of("fpu", "avx2")), cpu);
    assertEquals(new CpuFeatures("", List.of()), CpuFeatures.of(List.of("Features : fp asimd")));
  }

  @Test
  void bfloat16ProductsAreNotFastWithoutOneDnn() {
    for (String off : List.of("0", "False")) {
      assertFalse(
          CpuFeatures.of(List.of("flags : amx_bf16"))
              .multipliesBfloat16(Map.of("TF_ENABLE_ONEDNN_OPTS", off)));
    }
  }
}
