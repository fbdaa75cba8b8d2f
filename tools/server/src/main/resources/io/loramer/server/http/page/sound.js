// Audio in the browser: dropped files, decoding and recording.

const LONGEST_RECORDING_SECONDS = 60;
const LONGEST_WAIT_MS = 2000;

/** Hands the files and the folders that are dropped on the page to a function; an area shows where to drop them. */
export function acceptDrops(area, onFiles) {
  const over = inside => area.classList.toggle('over', inside);
  document.addEventListener('dragover', event => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener('dragleave', () => over(false));
  document.addEventListener('drop', event => {
    event.preventDefault(); // else the browser opens the file in place of the page
    over(false);
    const isFolder = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()?.isDirectory);
    const files = [...event.dataTransfer.files];
    onFiles(files.filter((_, i) => !isFolder[i]), files.filter((_, i) => isFolder[i]));
  });
}

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

/** Returns the length in seconds of what a player was given last; NaN if the browser cannot tell it in time. */
export function lengthIn(player) {
  return new Promise(resolve => {
    setTimeout(() => resolve(NaN), LONGEST_WAIT_MS);
    player.addEventListener('loadedmetadata', () => resolve(player.duration), {once: true});
    player.addEventListener('error', () => resolve(NaN), {once: true});
  });
}

/** Returns whether a file is still there, as it was when it was chosen. */
export async function isReadable(blob) {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Returns the reason why recording is impossible; empty if it may be possible. */
export function whyNoMicrophone() {
  if (!window.isSecureContext) {
    return 'To record, open this page at localhost or over https: browsers allow the microphone only there.';
  }
  return navigator.mediaDevices && window.MediaRecorder ? '' : 'This browser cannot record.';
}

/** Records from the microphone until stop() of the returned object; then calls onSound with a blob, and whether it is as long as recordings can be. */
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
    onSound(new Blob(parts, {type: recorder.mimeType}), seconds >= LONGEST_RECORDING_SECONDS);
  };
  recorder.start();
  return {stop: () => recorder.state === 'recording' && recorder.stop()};
}
