package io.loramer.tools.console;

import io.loramer.recognition.corpus.Progress;
import java.util.Optional;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Shows how far a run is: a bar per phase on a terminal's stderr, nothing where there is none. */
public final class ProgressLine implements Consumer<Progress>, AutoCloseable {
  /** Set by the launcher if stderr is a terminal, which Java itself cannot tell. */
  private static final String TERMINAL = "loramer.terminal";

  private Optional<ProgressBar> bar = Optional.empty();
  private String phase = "";

  @Override
  public void accept(Progress progress) {
    Interruption.check();
    if (!Boolean.getBoolean(TERMINAL)) {
      return;
    }
    if (!progress.phase().equals(phase)) {
      close();
      phase = progress.phase();
      bar =
          Optional.of(
              new ProgressBarBuilder()
                  .setTaskName(phase)
                  .setInitialMax(progress.total())
                  .clearDisplayOnFinish()
                  .build());
    }
    bar.orElseThrow().stepTo(progress.done()).setExtraMessage(progress.detail());
    if (progress.done() == progress.total()) {
      close(); // so that the log line that follows starts on a line of its own
    }
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
    phase = "";
  }
}
