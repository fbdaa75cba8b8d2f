// Sound in the browser: what it looks like, and how it is recorded.

const LONGEST_RECORDING_SECONDS = 60;

/** Decodes a file to one channel at 16 kHz; null if this browser does not know the format. */
export async function decode(blob) {
  try {
    const decoded = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(await blob.arrayBuffer());
    const channels = Array.from({length: decoded.numberOfChannels}, (_, i) => decoded.getChannelData(i));
    return channels[0].map((_, t) => channels.reduce((sum, channel) => sum + channel[t], 0) / channels.length);
  } catch {
    return null; // the server reads more formats than any browser
  }
}

/** Says why there is no microphone; empty if there may be one. */
export function whyNoMicrophone() {
  if (!window.isSecureContext) {
    return 'To record, open this page at localhost or over https: browsers give the microphone to no other.';
  }
  return navigator.mediaDevices && window.MediaRecorder ? '' : 'This browser cannot record.';
}

/** Records from the microphone; gives an object with stop(), and the sound to a function. */
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
