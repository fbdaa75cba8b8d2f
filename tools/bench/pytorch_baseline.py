#!/usr/bin/env python3
"""The work of `lora-mer bench`, done with transformers and peft: what users would pick instead.

    pip install torch transformers peft
    ./lora-mer bench --folder runs/bench --prepare          # writes the corpus that both sides read
    python tools/bench/pytorch_baseline.py --folder runs/bench --work epoch --grouped --out theirs.json

One work a process, so that the peak of memory is that work's. Weights are random and of the sizes of HuBERT-base (or
WavLM-base) and RoBERTa-base; nothing is downloaded. The model is the paper's: LoRA (r 2, alpha 16, dropout 0.1) on q_proj
and v_proj of all layers, RoBERTa frozen, attentive statistics pooling, two pointwise convolutions, AT-fusion, classifier, MINE.
"""

import argparse
import contextlib
import json
import math
import os
import platform
import resource
import statistics
import time
import wave
from pathlib import Path

import numpy as np
import peft
import torch
import transformers
from tokenizers import Tokenizer
from pytorch_model import Model
from torch.nn import functional as F
from transformers.trainer_pt_utils import get_length_grouped_indices

SAMPLE_RATE = 16_000
GEMM = (3584, 768, 3072)  # a feed-forward layer's first map over 16 clips of 4.5 s: 224 frames each
PAD_ID = 1  # RoBERTa's
MEGA_BATCHES = 50  # of HF's sampler for a corpus of IEMOCAP's size; it sorts a smaller one in smaller parts


class Corpus:
    """What `lora-mer bench --prepare` wrote."""

    def __init__(self, folder, manifest):
        self.folder = folder / "corpus"
        lines = [json.loads(line) for line in (self.folder / manifest).read_text().splitlines()]
        self.utterances = [line for line in lines if line["split"] == "train"]
        labels = sorted({line["label"] for line in lines})
        self.classes = {label: i for i, label in enumerate(labels)}
        self.tokenizer = Tokenizer.from_file(str(folder / "checkpoints/text/tokenizer.json"))
        self.lengths = [self._samples(u) for u in self.utterances]
        self.seconds = sum(self.lengths) / SAMPLE_RATE

    def _samples(self, utterance):
        with wave.open(str(self.folder / utterance["audio"])) as file:
            return file.getnframes()

    def waveform(self, utterance):
        with wave.open(str(self.folder / utterance["audio"])) as file:
            return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32768

    def batch(self, indices):
        chosen = [self.utterances[i] for i in indices]
        labels = torch.tensor([self.classes[u["label"]] for u in chosen])
        return *self.inputs([self.waveform(u) for u in chosen], [u["text"] for u in chosen]), labels

    def inputs(self, waveforms, texts):
        normalized = [(w - w.mean()) / np.sqrt(w.var() + 1e-7) for w in waveforms]
        ids = [self.tokenizer.encode(text).ids for text in texts]
        return *padded(normalized, 0.0, torch.float32), *padded(ids, PAD_ID, torch.long)


def padded(rows, value, dtype):
    batch = torch.full((len(rows), max(map(len, rows))), value, dtype=dtype)
    mask = torch.zeros(batch.shape, dtype=torch.long)
    for i, row in enumerate(rows):
        batch[i, : len(row)] = torch.as_tensor(row, dtype=dtype)
        mask[i, : len(row)] = 1
    return batch, mask


def autocast(precision):
    if precision == "bfloat16":
        return torch.autocast("cpu", dtype=torch.bfloat16)
    return contextlib.nullcontext()


class Training:
    def __init__(self, arguments):
        self.precision = arguments.precision
        self.accumulate = arguments.accumulate
        self.model = Model(arguments.encoder, arguments.freeze_feature_encoder).train()
        self.trainable = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(self.trainable, lr=3e-4)

    def step(self, corpus, indices):
        self.optimizer.zero_grad(set_to_none=True)
        size = math.ceil(len(indices) / self.accumulate)
        for first in range(0, len(indices), size):
            part = indices[first : first + size]
            *inputs, labels = corpus.batch(part)
            with autocast(self.precision):
                logits, f_a, f_t = self.model(*inputs)
                loss = F.cross_entropy(logits.float(), labels) - 0.25 * self.model.head.mutual_information(f_a, f_t)
            (loss * (len(part) / len(indices))).backward()
        self.optimizer.step()


def measure_step(arguments):
    """The time of a step; the first one, in which memory is got, is not counted."""
    corpus = Corpus(arguments.folder, "step.jsonl")
    training = Training(arguments)
    times = []
    for step in range(arguments.steps + 1):
        start = time.perf_counter()
        first = step * arguments.batch
        training.step(corpus, [(first + i) % len(corpus.utterances) for i in range(arguments.batch)])
        times.append(time.perf_counter() - start)
    lora_b = [p for name, p in training.model.named_parameters() if "lora_B" in name]
    if not all(p.grad is not None and p.grad.abs().max() > 0 for p in lora_b):
        raise SystemExit("some LoRA got no gradient: this is not the work to be compared")
    seconds = arguments.batch * corpus.seconds / len(corpus.utterances)
    return [timing("step", times[1:], arguments.batch, seconds)]


def measure_epoch(arguments):
    """The time of an epoch of mixed lengths, as HF's Trainer would go through it."""
    corpus = Corpus(arguments.folder, "epoch.jsonl")
    generator = torch.Generator().manual_seed(1)
    size = len(corpus.utterances)
    if arguments.grouped:
        order = get_length_grouped_indices(corpus.lengths, arguments.batch, MEGA_BATCHES, generator)
    else:
        order = torch.randperm(size, generator=generator).tolist()
    batches = [order[i : i + arguments.batch] for i in range(0, size, arguments.batch)]
    training = Training(arguments)
    training.step(corpus, batches[-1])
    start = time.perf_counter()
    for indices in batches:
        training.step(corpus, indices)
    longest = [len(b) * max(corpus.lengths[i] for i in b) for b in batches]  # without accumulation
    name = "epoch grouped" if arguments.grouped else "epoch ungrouped"
    result = timing(name, [time.perf_counter() - start], size, corpus.seconds)
    result["padded_fraction"] = 1 - sum(corpus.lengths) / sum(longest)
    return [result]


def measure_inference(arguments):
    """The latency of one clip, from its waveform and words to probabilities, with LoRA merged."""
    corpus = Corpus(arguments.folder, "step.jsonl")
    model = Model(arguments.encoder, False)
    model.speech = model.speech.merge_and_unload()
    model.eval()
    utterance = corpus.utterances[0]
    waveform = corpus.waveform(utterance)
    times = []
    with torch.inference_mode(), autocast(arguments.precision):
        for _ in range(arguments.steps * 5 + 3):
            start = time.perf_counter()
            logits, _, _ = model(*corpus.inputs([waveform], [utterance["text"]]))
            torch.softmax(logits, 1).tolist()
            times.append(time.perf_counter() - start)
    return [timing("inference", times[3:], 1, len(waveform) / SAMPLE_RATE)]


def measure_gemm(_):
    m, k, n = GEMM
    results = []
    for dtype in (torch.float32, torch.bfloat16):
        a, b = torch.randn(m, k, dtype=dtype), torch.randn(k, n, dtype=dtype)
        times = []
        for _ in range(33):
            start = time.perf_counter()
            torch.mm(a, b)
            times.append(time.perf_counter() - start)
        result = timing(f"gemm {str(dtype).removeprefix('torch.')}", times[3:])
        result["gflop_per_second"] = 2 * m * k * n / 1e9 / result["seconds"]["median"]
        results.append(result)
    return results


def timing(work, times, utterances=None, audio_seconds=None):
    """The numbers of a work as `lora-mer bench` writes them."""
    quartiles = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    seconds = dict(zip(("lower_quartile", "median", "upper_quartile"), quartiles))
    seconds |= {"runs": len(times), "min": min(times), "max": max(times)}
    result = {"work": work, "seconds": seconds}
    if utterances:
        result["throughput"] = {
            "utterances_per_second": utterances / quartiles[1],
            "real_time_factor": quartiles[1] / audio_seconds,
        }
    result["peak_resident_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return result


WORKS = {"step": measure_step, "epoch": measure_epoch, "inference": measure_inference, "gemm": measure_gemm}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="what `lora-mer bench --prepare` made; gemm needs none")
    parser.add_argument("--work", choices=WORKS, required=True)
    parser.add_argument("--encoder", choices=["hubert", "wavlm"], default="hubert")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32", help="bfloat16: autocast")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=4, help="steps measured; inference: five clips for each")
    parser.add_argument("--grouped", action="store_true", help="batches of like lengths, HF's group_by_length")
    parser.add_argument("--ungrouped", dest="grouped", action="store_false", help="the default, as HF's")
    parser.add_argument(
        "--freeze-feature-encoder",
        action="store_true",
        help="no gradients through the CNN, as those have it who know to ask for it",
    )
    parser.add_argument(
        "--accumulate",
        type=int,
        default=1,
        help="parts that a batch is divided into, HF's gradient_accumulation_steps: where memory does not suffice",
    )
    parser.add_argument("--out", type=Path, help="the JSON to write")
    arguments = parser.parse_args()
    if arguments.folder is None and arguments.work != "gemm":
        parser.error("--folder is needed: `lora-mer bench --folder FOLDER --prepare` makes it")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    results = WORKS[arguments.work](arguments)
    report = {
        "tool": "transformers and peft",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        "settings": {key: value for key, value in vars(arguments).items() if not isinstance(value, Path)},
        "results": results,
    }
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=2) + "\n")
    for result in results:
        seconds = result["seconds"]
        spread = f"{seconds['lower_quartile']:.3f}–{seconds['upper_quartile']:.3f}"
        rate = f"{result['gflop_per_second']:.0f} GFLOP/s" if "gflop_per_second" in result else ""
        if "throughput" in result:
            rate = f"{result['throughput']['utterances_per_second']:.2f} utterances/s"
        peak = result["peak_resident_bytes"] / 2**30
        print(f"{result['work']:<15} {seconds['median']:9.3f} s ({spread})  {rate:<20} peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
