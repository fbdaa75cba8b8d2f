/**
 * The device that TensorFlow computes on, and what the processor supports.
 *
 * <p>In: the name of a device, such as {@code auto}, {@code cpu} or {@code gpu:1}. Out: the
 * settings of a session.
 *
 * <pre>{@code
 * Session session = new Session(graph, Device.auto().session());
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.recognition.device;
