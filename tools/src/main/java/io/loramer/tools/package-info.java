/**
 * The {@code lora-mer} command: its entry {@link io.loramer.tools.Main} and the commands that
 * train, run and export models.
 *
 * <p>In: the words of a command line. Out: results on one writer, messages on another, and an exit
 * code: 0 done, 1 failed, 2 wrong usage.
 *
 * <pre>{@code
 * int exitCode = Main.run(out, err, "predict", "--model", "models/emotions", "clip.wav");
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools;
