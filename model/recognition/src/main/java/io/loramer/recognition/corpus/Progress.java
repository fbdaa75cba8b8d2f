package io.loramer.recognition.corpus;

/**
 * The progress of a long operation.
 *
 * @param phase such as {@code epoch 3/40}
 * @param done the number of utterances or steps done in this phase; long phases (epochs, and the
 *     encoding before the first) start with 0
 * @param total the number of utterances or steps of this phase
 * @param detail the latest metrics; may be empty
 */
public record Progress(String phase, long done, long total, String detail) {}
