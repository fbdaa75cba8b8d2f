/**
 * The command {@code lora-mer bench}: measures the speed and memory of conversion, training and
 * inference with encoders of random weights.
 *
 * <p>In: a size and keys of a run's configuration. Out: a table and, on request, a JSON file.
 *
 * <pre>{@code
 * lora-mer bench --folder runs/bench --work step,gemm --out bench.json
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.bench;
