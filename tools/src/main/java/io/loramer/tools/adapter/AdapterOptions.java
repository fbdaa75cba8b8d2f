package io.loramer.tools.adapter;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of commands that apply an adapter to an encoder. */
final class AdapterOptions {
  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "FOLDER",
      description = "Contains adapter_config.json and adapter_model.safetensors.")
  private Path adapter;

  @Option(
      names = "--encoder",
      required = true,
      paramLabel = "FOLDER",
      description = "The SavedModel of the encoder that the adapter was trained for.")
  private Path encoder;

  Path adapter() {
    return adapter;
  }

  Path encoder() {
    return encoder;
  }
}
