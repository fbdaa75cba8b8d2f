package io.loramer.recognition.corpus;

/**
 * How far a run is.
 *
 * @param phase what is being done, such as {@code epoch 3/40}
 * @param done how many utterances or steps of it; long phases (epochs, the encoding before the
 *     first) begin with 0
 * @param total how many there are
 * @param detail the latest numbers; may be empty
 */
public record Progress(String phase, long done, long total, String detail) {}
