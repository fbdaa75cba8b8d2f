// Draws an answer: bars, shaded words, the waveform and the emotion over time.

const COLOURS = {
  red: ['anger', 'angry', 'frustration'], amber: ['happiness', 'happy', 'joy', 'excitement', 'excited'],
  grey: ['neutral', 'calm'], blue: ['sadness', 'sad'], violet: ['fear', 'fearful'], green: ['disgust'],
  pink: ['surprise', 'surprised'], brown: ['boredom', 'bored'],
};

export const percent = share => Math.round(100 * share) + ' %';

function colourName(label, labels) {
  const names = Object.keys(COLOURS);
  return names.find(name => COLOURS[name].includes(label)) ?? names[labels.indexOf(label) % names.length];
}

function element(tag, text = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Lists probabilities, the highest first. */
export function bars(list, probabilities) {
  const labels = Object.keys(probabilities);
  list.replaceChildren(...Object.entries(probabilities).sort((a, b) => b[1] - a[1]).map(([label, share]) => {
    const row = element('li');
    const bar = element('div', '', 'bar');
    const filled = element('div');
    filled.style.setProperty('--share', share);
    filled.style.setProperty('--colour', `var(--${colourName(label, labels)})`);
    bar.append(filled);
    row.append(element('span', label), bar, element('span', percent(share)));
    return row;
  }));
}

/** Shows a text with its words shaded by their attention weights. */
export function shadedWords(paragraph, text, words) {
  const most = Math.max(...words.map(word => word.weight), 1e-9);
  const parts = [];
  let end = 0;
  for (const word of words) {
    const mark = element('mark', word.word);
    mark.title = percent(word.weight) + ' of the attention';
    mark.style.setProperty('--share', word.weight / most);
    parts.push(text.slice(end, word.start), mark);
    end = word.end;
  }
  paragraph.replaceChildren(...parts, text.slice(end));
}

/** Sets a canvas to the screen's resolution; returns its context, its size in CSS pixels and a lookup of colours. */
function prepared(canvas) {
  const {width, height} = canvas.getBoundingClientRect();
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  const context = canvas.getContext('2d');
  context.scale(devicePixelRatio, devicePixelRatio);
  context.font = '12px system-ui, sans-serif';
  const style = getComputedStyle(document.documentElement);
  return {context, width, height, colour: name => style.getPropertyValue('--' + name).trim()};
}

/** Returns the attention at each column: the mean over the windows that cover it, scaled to a maximum of 1. */
function heat(windows, seconds, columns) {
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns);
  for (const {start, frames} of windows.filter(window => window.frames)) {
    frames.weights.forEach((weight, i) => {
      const from = Math.floor((start + i * frames.seconds) / seconds * columns);
      const to = Math.max(from + 1, Math.floor((start + (i + 1) * frames.seconds) / seconds * columns));
      for (let x = from; x < Math.min(to, columns); x++) {
        sums[x] += weight * frames.weights.length; // 1 for a frame with an equal share
        counts[x]++;
      }
    });
  }
  const means = sums.map((sum, x) => sum / Math.max(1, counts[x]));
  const most = Math.max(...means, 1e-9);
  return means.map(mean => mean / most);
}

/** Draws the waveform, the attention as a heat map behind it, and the time below it. */
export function waveform(canvas, samples, answer) {
  const {context, width, height, colour} = prepared(canvas);
  const bottom = height - 18;
  const columns = Math.max(1, Math.floor(width));
  heat(answer.windows, answer.seconds, columns).forEach((share, x) => {
    context.fillStyle = `rgba(${colour('heat')}, ${0.75 * share})`;
    context.fillRect(x, 0, 1, bottom);
  });
  if (samples) {
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-3);
    const step = answer.seconds * 16000 / columns;
    context.fillStyle = colour('ink');
    for (let x = 0; x < columns; x++) {
      let peak = 0;
      for (let t = Math.floor(x * step); t < Math.min(samples.length, (x + 1) * step); t++) {
        peak = Math.max(peak, Math.abs(samples[t]));
      }
      const half = Math.max(0.5, peak / loudest * (bottom / 2 - 2));
      context.fillRect(x, bottom / 2 - half, 1, 2 * half);
    }
  }
  seconds(context, answer.seconds, width, height, colour('soft'));
}

function seconds(context, length, width, height, colour) {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300].find(s => length / s * 56 <= width) ?? 600;
  context.fillStyle = colour;
  for (let i = 0; i * step <= length; i++) {
    const x = i * step / length * width;
    const text = +(i * step).toFixed(1) + ' s';
    context.textAlign = i === 0 ? 'left' : x > width - 24 ? 'right' : 'center';
    context.fillText(text, x, height - 3);
  }
}

/** Draws the probabilities of each window as stacked bands, each window where its middle is the nearest. */
export function timeline(canvas, answer) {
  const {context, width, height, colour} = prepared(canvas);
  const {windows} = answer;
  const middle = window => (window.start + window.end) / 2;
  windows.forEach((window, i) => {
    const from = i === 0 ? 0 : (middle(windows[i - 1]) + middle(window)) / 2;
    const to = i === windows.length - 1 ? answer.seconds : (middle(window) + middle(windows[i + 1])) / 2;
    const left = from / answer.seconds * width;
    let top = 0;
    const labels = Object.keys(window.probabilities);
    for (const [label, share] of Object.entries(window.probabilities)) {
      context.fillStyle = colour(colourName(label, labels));
      context.fillRect(left, top, Math.max(1, (to - from) / answer.seconds * width - 1), share * height);
      top += share * height;
    }
  });
  const turns = windows.filter((window, i) => i === 0 || window.label !== windows[i - 1].label);
  canvas.setAttribute('aria-label',
      'Emotion over time: ' + turns.map(turn => `${turn.label} from ${turn.start.toFixed(1)} s`).join(', '));
}
