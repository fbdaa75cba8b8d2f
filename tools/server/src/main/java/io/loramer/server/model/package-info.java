/**
 * The served model behind all interfaces: versions, batches, tensors of requests, metrics.
 *
 * <p>In: tensors by the names of a signature's inputs. Out: a future of the tensors by the names of
 * its outputs, or a {@link io.loramer.server.model.RefusedException}.
 *
 * <pre>{@code
 * CompletableFuture<Map<String, HostTensor>> outputs =
 *     model.use("emotions", OptionalLong.empty(), version -> version.predict(signature, inputs));
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.server.model;
