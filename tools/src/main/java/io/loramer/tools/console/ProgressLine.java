package io.loramer.tools.console;

import io.loramer.recognition.corpus.Progress;
import java.util.Optional;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Shows progress as a bar per phase on stderr, if stderr is a terminal. */
public final class ProgressLine implements Consumer<Progress>, AutoCloseable {
  /**
   * The system property that the launcher sets if stderr is a terminal, which Java cannot detect.
   */
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
      close(); // so that the next log message starts on a new line
    }
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
    phase = "";
  }
}
