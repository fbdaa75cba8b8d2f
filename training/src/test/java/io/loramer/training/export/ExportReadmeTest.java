package io.loramer.training.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExportReadmeTest {
  @Test
  void markdownShowsLabelsAsTheyAre() {
    assertEquals("anger, very sad", ExportReadme.markdown("anger, very\nsad"));
    assertEquals(
        "\\*hot\\* \\_anger\\_, \\<b\\>joy\\</b\\>, \\[fear\\](x), R\\&B, a\\|b, c\\\\d",
        ExportReadme.markdown("*hot* _anger_, <b>joy</b>, [fear](x), R&B, a|b, c\\d"));
  }
}
