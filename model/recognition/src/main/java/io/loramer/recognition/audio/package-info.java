/**
 * Audio as the encoders take it: mono, 16 kHz, float32.
 *
 * <p>In: files of any format that FFmpeg decodes. Out: {@link
 * io.loramer.recognition.audio.Waveform}s, whole or cut into {@link
 * io.loramer.recognition.audio.AudioWindow}s, or {@link io.loramer.recognition.audio.Recording}s of
 * which one part at a time is in memory.
 *
 * <pre>{@code
 * Waveform waveform = AudioFile.read(Path.of("clip.mp3"));
 * double seconds = waveform.durationSeconds();
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.recognition.audio;
