// Sentences for what goes wrong, and checks before an upload.

const MEGABYTE = 1 << 20;
const FORM_BYTES = 2048; // more than what the form adds to a file of this page

const megabytes = bytes => `${+(bytes / MEGABYTE).toFixed(1)} MB`;
const minutes = seconds => seconds < 120 ? `${Math.ceil(seconds)} s` : `${+(seconds / 60).toFixed(1)} min`;

export const UNREACHABLE = {text: 'The server cannot be reached.', again: true};

/**
 * Returns why a sound would be refused; empty if it may be accepted.
 *
 * seconds: its length, not a finite number if the browser cannot tell
 * model: the server's description, with its limits
 */
export function whyNot(blob, seconds, words, model) {
  const most = model.max_bytes - FORM_BYTES - 3 * words.length; // a UTF-16 unit has at most 3 bytes in UTF-8
  if (blob.size === 0) {
    return 'This file is empty.';
  }
  if (blob.size > most) {
    return `This file has ${megabytes(blob.size)}; the server accepts at most ${megabytes(model.max_bytes)}.`;
  }
  if (Number.isFinite(seconds) && seconds > model.max_seconds) {
    return `This recording is ${minutes(seconds)} long; the server accepts at most ${minutes(model.max_seconds)}.`;
  }
  return '';
}

const STATUSES = {
  408: 'The upload took too long.',
  413: 'This file is too large for the server.',
  429: 'The server is busy. Try again in a moment.',
  500: 'The server failed on this recording.',
  502: UNREACHABLE.text,
  503: 'The server cannot answer at the moment.',
  504: 'The answer took too long.',
};

const AGAIN = [408, 429, 500, 502, 503, 504];

/** What the server's sentences about a field of the request contain, with what the page says in place of it. */
const FIELDS = [
  [/^audio: .*at 16 kHz/, 'This recording is too short.'],
  [/^audio: expected at most/, 'This recording is too long.'],
  [/^audio: .*(breaks off|damaged)/, 'This file is damaged or incomplete.'],
  [/^audio: is empty|found nothing/, 'This file is empty.'],
  [/^audio:/, 'This file has no sound that could be read.'],
  [/^window_seconds: gives more/, 'This recording is too long for windows as short as these: choose longer ones.'],
  [/^window_seconds:/, 'The model does not accept windows of this length: choose another one.'],
  [/^text:/, 'This model needs the words: type what is said.'],
  [/^explain:/, 'The model has changed. Reload this page.'],
];

/** Returns a sentence for an answer that is an error, the server's own one, and whether to offer another try. */
export function problem(status, error) {
  const known = STATUSES[status] ?? FIELDS.find(([pattern]) => pattern.test(error ?? ''))?.[1];
  return {
    text: known ?? error ?? `The server answered with status ${status}.`,
    detail: known && error ? `The server's answer: ${error}` : '',
    again: AGAIN.includes(status),
  };
}

/** Returns a sentence for a microphone that cannot be used. */
export function microphoneProblem(error) {
  return {
    NotAllowedError: 'This page may not use the microphone: allow it in the browser, at the left of the address.',
    NotFoundError: 'No microphone was found.',
    NotReadableError: 'The microphone is used by another program.',
  }[error.name] ?? `The microphone cannot be used: ${error.message}.`;
}
