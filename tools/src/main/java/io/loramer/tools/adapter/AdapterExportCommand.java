package io.loramer.tools.adapter;

import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.training.config.RunConfig;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Exports a run's adapter in PEFT's format. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Writes the adapter of a run's best epoch in PEFT's format, with a README.md that explains"
            + " how to load it in Python.",
    footerHeading = "%nExample:%n",
    footer =
        "  lora-mer adapter export --run runs/first --base-model microsoft/wavlm-base-plus --out"
            + " adapters/first")
final class AdapterExportCommand implements Callable<Integer> {
  @Option(names = "--run", required = true, paramLabel = "FOLDER", description = "A run.")
  private Path run;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write the adapter to.")
  private Path out;

  @Option(
      names = "--base-model",
      paramLabel = "NAME",
      description =
          "The base model to load in Python: the checkpoint that the run's encoder was converted"
              + " from, as a folder or a name on the hub.")
  private Optional<String> baseModel;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    AtomicFolder.requireAbsent(out);
    RunFolder folder = new RunFolder(run);
    RunConfig config = folder.readConfig();
    RunMetrics metrics = folder.readMetrics();
    if (config.audio().encoder().isEmpty()
        || config.audio().adaptation() != RunConfig.Adaptation.LORA) {
      throw new IOException(
          run + ": has no adapter: it has no speech encoder, or audio.adaptation is not lora");
    }
    try (LoraAdapter adapter = LoraAdapter.read(folder.model())) {
      String readme = readme(config.audio().encoder().get(), metrics, adapter);
      AtomicFolder.write(
          out,
          content -> {
            adapter.write(content, baseModel);
            Files.writeString(content.resolve("README.md"), readme);
          });
    }
    spec.commandLine().getOut().println(out);
    return ExitCode.OK;
  }

  private String readme(Path encoder, RunMetrics metrics, LoraAdapter adapter) {
    return String.format(
        Locale.ROOT,
        """
        ---
        library_name: peft
        %s---

        # LoRA of a speech encoder

        Trained by LoRA-MER: epoch %d of the run `%s`, validation UA %.3f. Rank %d, alpha %s, on %d
        linear maps (`target_modules`: %s). The head that recognises emotions is not part of it;
        `lora-mer export` writes the whole model.

        Base model: %s.

        ```python
        from peft import PeftModel
        from transformers import AutoModel

        encoder = AutoModel.from_pretrained("%s")
        encoder = PeftModel.from_pretrained(encoder, "path/to/this/folder").merge_and_unload()
        ```

        Keep `merge_and_unload()` where the base model is a WavLM: its attention takes the bare weights of
        `q_proj` and `v_proj`, so an adapter that is not merged has no effect there, and no warning is given.
        For the same reason PEFT cannot train it further on a WavLM.
        """,
        baseModel.map(name -> "base_model: " + name + "\n").orElse(""),
        metrics.bestEpoch(),
        run.getFileName(),
        metrics.validation().unweightedAccuracy(),
        adapter.config().rank(),
        adapter.config().alpha(),
        adapter.modules().size(),
        adapter.config().targetModules(),
        baseModel
            .map(name -> "`" + name + "`")
            .orElse("the checkpoint that `" + encoder.getFileName() + "` was converted from"),
        baseModel.orElse("path/to/the/checkpoint"));
  }
}
