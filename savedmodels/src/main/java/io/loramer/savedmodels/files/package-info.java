/**
 * Files of records and folders: JSON, TFRecord, and folders that appear whole or not at all.
 *
 * <p>In: Java values and paths. Out: files; and values read from them, or an {@code IOException}
 * whose message begins with the file.
 *
 * <pre>{@code
 * record Progress(int epoch, double loss) {}
 *
 * AtomicFolder.write(target, folder ->
 *     JsonFile.write(folder.resolve("progress.json"), new Progress(3, 0.7)));
 * Progress progress = JsonFile.read(target.resolve("progress.json"), Progress.class);
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.savedmodels.files;
