// Audio in the browser: decoding and recording.

const LONGEST_RECORDING_SECONDS = 60;

/** Decodes a file to one channel at 16 kHz; null if this browser does not support the format. */
export async function decode(blob) {
  try {
    const decoded = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(await blob.arrayBuffer());
    const channels = Array.from({length: decoded.numberOfChannels}, (_, i) => decoded.getChannelData(i));
    return channels[0].map((_, t) => channels.reduce((sum, channel) => sum + channel[t], 0) / channels.length);
  } catch {
    return null; // the server decodes more formats than browsers do
  }
}

/** Returns the reason why recording is impossible; empty if it may be possible. */
export function whyNoMicrophone() {
  if (!window.isSecureContext) {
    return 'To record, open this page at localhost or over https: browsers allow the microphone only there.';
  }
  return navigator.mediaDevices && window.MediaRecorder ? '' : 'This browser cannot record.';
}

/** Records from the microphone until stop() of the returned object; then calls onSound with a blob. */
export async function record(onSecond, onSound) {
  const stream = await navigator.mediaDevices.getUserMedia({audio: true});
  const recorder = new MediaRecorder(stream);
  const parts = [];
  let seconds = 0;
  const clock = setInterval(() => {
    onSecond(++seconds);
    if (seconds >= LONGEST_RECORDING_SECONDS) {
      recorder.stop();
    }
  }, 1000);
  recorder.ondataavailable = event => parts.push(event.data);
  recorder.onstop = () => {
    clearInterval(clock);
    stream.getTracks().forEach(track => track.stop());
    onSound(new Blob(parts, {type: recorder.mimeType}));
  };
  recorder.start();
  return {stop: () => recorder.state === 'recording' && recorder.stop()};
}
