// The page: sends audio and words to the server, and shows the answer.

import {acceptDrops, decode, isReadable, lengthIn, record, whyNoMicrophone} from './sound.js';
import {bars, percent, shadedWords, timeline, waveform} from './pictures.js';
import {UNREACHABLE, microphoneProblem, problem, whyNot} from './problems.js';

const $ = id => document.getElementById(id);

let model;             // the server's description of the model; undefined until it was reached
let sound;             // the blob to send
let length;            // a promise of its seconds
let samples;           // a promise of its samples
let recognised = '';   // words that the server recognised in it
let alone = false;     // whether the model is given no words
let recorder;          // set while it records
let request;           // set while the server works on it
let redraw = () => {};

const typed = () => $('words').value.trim();

function say(text) {
  $('working').hidden = !text;
  $('status').textContent = text;
}

function fail({text, detail = '', again = false}) {
  say('');
  $('error').textContent = text;
  $('detail').textContent = detail;
  $('again').hidden = !again;
}

/** Takes one file of those that were dropped or chosen, and names the others and the folders. */
function takeOne(files, folders = []) {
  if (recorder) {
    $('notice').textContent = 'A recording is running: stop it first.';
    return;
  }
  const [file, ...others] = files;
  if (!file) {
    $('notice').textContent = 'Nothing was taken: drop an audio file from this computer, no folder and no link.';
    return;
  }
  take(file, file.name);
  const names = [...others, ...folders].map(other => other.name).join(', ');
  if (names) {
    notice(`One file is answered at a time: ${file.name} was taken. Left out: ${names}.`);
  }
}

/** Adds a sentence to those about the sound that was taken. */
function notice(text) {
  $('notice').textContent = `${$('notice').textContent} ${text}`.trim();
}

function take(blob, name) {
  $('answer').hidden = true; // it belongs to another sound
  $('notice').textContent = '';
  forgetWords();
  sound = blob;
  alone = false;
  samples = undefined;
  $('sound').textContent = name;
  $('player').hidden = !blob.size;
  if (blob.size) {
    URL.revokeObjectURL($('player').src);
    $('player').src = URL.createObjectURL(blob);
    length = lengthIn($('player'));
  }
  $('ask').disabled = $('alone').disabled = false;
  send();
}

/** Empties the words of the previous sound, unless they are to be kept. Words before the first sound are for it. */
function forgetWords() {
  if (sound && !$('keep').checked) {
    if (typed() && typed() !== recognised) {
      notice('The words of the previous audio were removed.');
    }
    $('words').value = '';
  }
  recognised = '';
}

/** Sends the sound, unless it is known that it would be refused. */
async function send() {
  const sent = sound;
  request?.abort();
  request = undefined;
  fail({text: ''});
  if (!model && !await connect()) {
    return;
  }
  const why = whyNot(sent, await length, typed(), model);
  if (sent !== sound) {
    return; // there is a newer sound
  }
  describeWords();
  if (why) {
    fail({text: why});
  } else if (needsWords() && !alone && !typed()) {
    $('words-note').textContent = 'This model needs the words: type what is said'
        + ($('alone').hidden ? '.' : ', or let it answer from the audio alone.');
    $('words').focus();
  } else {
    ask();
  }
}

const needsWords = () => model.reads && !model.recognizes_words;

function ask() {
  request?.abort();
  samples ??= decode(sound);
  const form = new FormData();
  form.append('audio', sound);
  form.append('explain', model.explains);
  if (alone) {
    form.append('text_source', 'none');
  } else if (typed() && typed() !== recognised) {
    form.append('text', typed());
  }
  if ($('window').value) {
    form.append('window_seconds', $('window').value);
  }
  const asked = request = new XMLHttpRequest(); // fetch does not report the progress of an upload
  asked.upload.onprogress = event => $('progress').value = event.loaded / event.total;
  asked.upload.onload = () => {
    $('progress').removeAttribute('value');
    say('Recognising…');
  };
  asked.onload = () => answered(asked);
  asked.onerror = () => unanswered(asked, sound);
  asked.open('POST', '/v1/emotions');
  $('answer').classList.add('old');
  $('progress').value = 0;
  say('Sending the audio…');
  asked.send(form);
}

async function unanswered(asked, sent) {
  const readable = await isReadable(sent);
  if (asked === request) {
    model = undefined; // the server that comes back may have another one
    fail(readable ? UNREACHABLE : {text: 'This file cannot be read any more, or is a folder: choose it again.'});
  }
}

async function answered(asked) {
  const looks = await samples;
  if (asked !== request) {
    return; // there is a newer request
  }
  const answer = parsed(asked.responseText);
  if (answer.label) {
    say('');
    show(answer, looks);
  } else {
    fail(problem(asked.status, answer.error));
  }
}

/** Parses an answer; a proxy's may be anything. */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function show(answer, looks) {
  $('answer').hidden = false;
  $('answer').classList.remove('old');
  $('label').textContent = `${answer.label}, ${percent(answer.probabilities[answer.label])}`;
  $('warnings').textContent = (answer.warnings ?? []).map((text) => text.replace(/^audio: /, 'The audio ')).join('; ');
  bars($('bars'), answer.probabilities);
  const shares = answer.fusion_weights;
  $('decided').hidden = !shares;
  if (shares) {
    [...$('shares').children].forEach((part, i) => part.style.setProperty('--share', [shares.audio, shares.text][i]));
    $('shares-text').textContent = `audio ${percent(shares.audio)}, words ${percent(shares.text)}`;
  }
  $('read').hidden = answer.text === undefined;
  if (answer.text !== undefined) {
    shadedWords($('used'), answer.text || '(none)', answer.words ?? []);
    showTextSource(answer);
  }
  $('over-time').hidden = answer.windows.length === 1;
  $('waveform').setAttribute('aria-label', `The audio, ${answer.seconds.toFixed(1)} s`);
  $('model').textContent = `${answer.model}, version ${answer.version}`;
  redraw = () => {
    waveform($('waveform'), looks, answer);
    timeline($('timeline'), answer);
  };
  redraw();
}

function showTextSource(answer) {
  $('used-note').textContent = {
    asr: `recognised, confidence ${answer.text_confidence?.toFixed(2)}; correct them above if they are wrong`,
    none: 'an empty text, to answer from the audio alone',
  }[answer.text_source] ?? '';
  if (answer.text_source === 'asr') {
    recognised = $('words').value = answer.text;
    $('keep').checked = false; // nobody has typed these
  }
}

async function toggleRecording() {
  if (recorder) {
    recorder.stop();
    return;
  }
  const button = $('record');
  button.disabled = true; // until the user has allowed the microphone
  try {
    recorder = await record(
        seconds => $('sound').textContent = `recording, ${seconds} s`,
        (blob, isLongest) => {
          recorder = undefined;
          button.textContent = 'Record';
          button.classList.remove('on');
          take(blob, 'the recording');
          if (isLongest) {
            notice('The recording was stopped, since it is as long as recordings can be.');
          }
        });
    button.textContent = 'Stop';
    button.classList.add('on');
    $('sound').textContent = 'recording';
  } catch (error) {
    fail({text: microphoneProblem(error)});
  }
  button.disabled = false;
}

/** Gets the server's description of the model; returns whether it has one. */
async function connect() {
  let response, body;
  try {
    response = await fetch('/v1/emotions');
    body = await response.text();
  } catch {
    fail(UNREACHABLE);
    return false;
  }
  const description = parsed(body);
  if (!description.model) {
    fail(problem(response.status, description.error));
    return false;
  }
  model = description;
  $('model').textContent = `${model.model}, version ${model.version}`;
  $('said').hidden = !model.reads;
  $('alone').hidden = !(model.reads && model.hears);
  describeWords();
  return true;
}

function describeWords() {
  $('words-note').textContent = needsWords() ? '' : 'Left empty, the words are recognised.';
}

function retry() {
  fail({text: ''});
  if (sound) {
    send();
  } else {
    connect();
  }
}

function start() {
  $('form').reset(); // a browser may keep the words of an earlier visit
  $('microphone').textContent = whyNoMicrophone();
  $('microphone').hidden = !$('microphone').textContent;
  $('record').disabled = !$('microphone').hidden;

  $('file').addEventListener('change', event => {
    takeOne(event.target.files);
    event.target.value = ''; // so that the same file can be chosen again
  });
  $('record').addEventListener('click', toggleRecording);
  $('window').addEventListener('change', send);
  $('keep').addEventListener('change', () => recognised = ''); // words to keep count as typed
  $('alone').addEventListener('click', () => {
    alone = true;
    send();
  });
  $('again').addEventListener('click', retry);
  $('form').addEventListener('submit', event => {
    event.preventDefault();
    alone = false;
    if (sound) {
      send();
    }
  });
  acceptDrops($('drop'), takeOne);
  new ResizeObserver(() => redraw()).observe($('answer'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw());
  connect();
}

start();
