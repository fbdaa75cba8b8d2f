// The page: sends audio and words to the server, and shows the answer.

import {decode, record, whyNoMicrophone} from './sound.js';
import {bars, percent, shadedWords, timeline, waveform} from './pictures.js';

const $ = id => document.getElementById(id);

let model;             // the server's description of the model
let sound;             // the blob to send
let samples;           // a promise of its samples
let recognised = '';   // words that the server recognised in it
let recorder;          // set while it records
let request;           // set while the server works on it
let redraw = () => {};

function say(text) {
  $('working').hidden = !text;
  $('status').textContent = text;
}

function fail(text) {
  say('');
  $('error').textContent = text;
}

function take(blob, name) {
  sound = blob;
  samples = decode(blob);
  if ($('words').value === recognised) {
    $('words').value = ''; // they were recognised in the audio before
  }
  recognised = '';
  $('sound').textContent = name;
  URL.revokeObjectURL($('player').src);
  $('player').src = URL.createObjectURL(blob);
  $('player').hidden = false;
  $('ask').disabled = false;
  if (model.reads && !model.recognizes_words && !$('words').value.trim()) {
    request?.abort();
    fail('');
    $('words-note').textContent = 'This model needs the words: type what is said.';
    $('words').focus();
  } else {
    ask();
  }
}

function ask() {
  request?.abort();
  const form = new FormData();
  form.append('audio', sound);
  form.append('explain', model.explains);
  const words = $('words').value.trim();
  if (words && words !== recognised) {
    form.append('text', words);
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
  asked.onerror = () => fail('The server cannot be reached.');
  asked.open('POST', '/v1/emotions');
  $('error').textContent = '';
  $('answer').classList.add('old');
  $('progress').value = 0;
  say('Sending the audio…');
  asked.send(form);
}

async function answered(asked) {
  const looks = await samples;
  if (asked !== request) {
    return; // there is a newer request
  }
  let answer;
  try {
    answer = JSON.parse(asked.responseText);
  } catch {
    answer = {error: `The server answered ${asked.status}.`};
  }
  if (answer.error) {
    fail(answer.error);
    return;
  }
  say('');
  show(answer, looks);
}

function show(answer, looks) {
  $('answer').hidden = false;
  $('answer').classList.remove('old');
  $('label').textContent = `${answer.label}, ${percent(answer.probabilities[answer.label])}`;
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
  const byServer = answer.text_source === 'asr';
  $('used-note').textContent = byServer
      ? `recognised, confidence ${answer.text_confidence.toFixed(2)}; correct them above if they are wrong` : '';
  if (byServer) {
    recognised = $('words').value = answer.text;
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
        blob => {
          recorder = undefined;
          button.textContent = 'Record';
          button.classList.remove('on');
          take(blob, 'the recording');
        });
    button.textContent = 'Stop';
    button.classList.add('on');
    $('sound').textContent = 'recording';
  } catch (problem) {
    fail(`The microphone cannot be used: ${problem.message}.`);
  }
  button.disabled = false;
}

function acceptDrops() {
  const over = inside => $('drop').classList.toggle('over', inside);
  document.addEventListener('dragover', event => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener('dragleave', () => over(false));
  document.addEventListener('drop', event => {
    event.preventDefault(); // else the browser opens the file in place of the page
    over(false);
    const [file] = event.dataTransfer.files;
    if (file) {
      take(file, file.name);
    }
  });
}

async function start() {
  try {
    model = await (await fetch('/v1/emotions')).json();
  } catch {
    fail('The server cannot be reached.');
    return;
  }
  if (model.error) {
    fail(model.error);
    return;
  }
  $('model').textContent = `${model.model}, version ${model.version}`;
  $('said').hidden = !model.reads;
  $('words-note').textContent = model.recognizes_words ? 'Left empty, the words are recognised.' : '';
  $('microphone').textContent = whyNoMicrophone();
  $('microphone').hidden = !$('microphone').textContent;
  $('record').disabled = !$('microphone').hidden;

  $('file').addEventListener('change', event => {
    const [file] = event.target.files;
    if (file) {
      take(file, file.name);
    }
  });
  $('record').addEventListener('click', toggleRecording);
  $('window').addEventListener('change', ask);
  $('form').addEventListener('submit', event => {
    event.preventDefault();
    if (sound) {
      ask();
    }
  });
  acceptDrops();
  new ResizeObserver(() => redraw()).observe($('answer'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw());
}

start();
