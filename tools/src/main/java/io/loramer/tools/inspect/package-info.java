/**
 * The command {@code lora-mer inspect}: describes checkpoints, SavedModels, adapters, runs and
 * safetensors files.
 *
 * <p>In: a file or folder. Out: a tree of names and values as text or JSON, or the scopes of a
 * graph.
 *
 * <pre>{@code
 * System.out.println(Inspection.ofAdapter(Path.of("adapters/peft")));
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.inspect;
