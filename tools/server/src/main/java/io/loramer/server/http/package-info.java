/**
 * The HTTP interface: TF Serving's REST interface, {@code /v1/emotions} for audio files, the web
 * page, health and metrics.
 *
 * <p>In: requests of Jetty. Out: replies, most of them JSON; errors are {@code {"error":
 * "sentence"}} with TF Serving's status codes.
 *
 * <pre>{@code
 * curl -F audio=@clip.mp3 -F text="I am so happy" localhost:8501/v1/emotions
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.server.http;
