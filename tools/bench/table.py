#!/usr/bin/env python3
"""Makes the table of docs/performance.md of what compare.sh measured: `table.py RESULTS`."""

import json
import statistics
import sys
from pathlib import Path


def seconds(result):
    return result["seconds"]["median"]


def rate(result):
    return result["throughput"]["utterances_per_second"]


def gibibytes(result):
    return result["peak_resident_bytes"] / 2**30


def fraction(result):
    return result["gemm_fraction"]


def gflops(result):
    return result["gflop_per_second"]


EPOCHS = ("epoch grouped", "epoch ungrouped")

# What it is; precision; our work, their works of which the better counts; the number and its unit; at least, aim.
ROWS = [
    ("epoch of mixed lengths", "float32", "epoch", EPOCHS, rate, "utt/s", "4 ×", "5 ×"),
    ("epoch of mixed lengths", "bfloat16", "epoch", EPOCHS, rate, "utt/s", "3.5 ×", "5 ×"),
    ("first epoch, caches cold", "float32", "first epoch", EPOCHS, rate, "utt/s", "2.5 ×", "3.5 ×"),
    ("inference of one 4.5 s clip, p50", "float32", "inference", ("inference",), seconds, "s", "2 ×", "3 ×"),
    ("inference of one 4.5 s clip, p50", "bfloat16", "inference", ("inference",), seconds, "s", "", ""),
    ("peak memory of training, 16 × 4.5 s", "float32", "step", ("step",), gibibytes, "GiB", "≤ 0.5", "≤ 0.3"),
    ("peak memory of training, 16 × 4.5 s", "bfloat16", "step", ("step",), gibibytes, "GiB", "", ""),
    ("the step's share of the GEMM rate", "float32", "step", (), fraction, "", "0.6", "0.8"),
    ("start-up to the first step", "float32", "start-up", (), seconds, "s", "≤ 12 s", "≤ 6 s"),
    ("training step, 16 × 4.5 s", "float32", "step", ("step",), seconds, "s", "", ""),
    ("training step, 16 × 4.5 s", "bfloat16", "step", ("step",), seconds, "s", "", ""),
    ("recognising the mixed corpus, from its files", "float32", "evaluation", (), rate, "utt/s", "", ""),
    ("conversion of the speech encoder", "float32", "conversion", (), seconds, "s", "", ""),
    ("GEMM 3584×768×3072", "float32", "gemm float32", ("gemm float32",), gflops, "GFLOP/s", "", ""),
    ("GEMM 3584×768×3072 in bfloat16", "float32", "gemm bfloat16", ("gemm bfloat16",), gflops, "GFLOP/s", "", ""),
]


def main(folder):
    reports = {path: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}

    def values(whose, precision, work, number):
        return [
            number(result)
            for path, report in reports.items()
            if path.name.startswith(f"{whose}-{precision}-")
            for result in report["results"]
            if result["work"] == work
        ]

    described(reports)
    print("| | precision | ours | PyTorch | ratio | at least | aim |\n|---|---|---|---|---|---|---|")
    for what, precision, our_work, their_works, number, unit, least, aim in ROWS:
        ours = values("ours", precision, our_work, number)
        if not ours:
            continue
        faster = max if number in (rate, gflops) else min
        candidates = [v for work in their_works if (v := values("theirs", precision, work, number))]
        theirs = faster(candidates, key=statistics.median) if candidates else []
        quotient = ""
        if theirs:
            ours_by_theirs = statistics.median(ours) / statistics.median(theirs)
            # Times: how many times sooner; memory and rates: ours in terms of theirs.
            quotient = f"{1 / ours_by_theirs if number is seconds else ours_by_theirs:.2f}"
        cells = [what, precision, cell(ours, unit), cell(theirs, unit), quotient, least, aim]
        print("| " + " | ".join(cells) + " |")


def described(reports):
    ours = next(report for path, report in reports.items() if path.name.startswith("ours"))
    theirs = next((report for path, report in reports.items() if path.name.startswith("theirs")), {"versions": {}})
    machine = ours["machine"]
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB; ", end="")
    versions = ours["versions"] | theirs["versions"]
    print(", ".join(f"{name} {version}" for name, version in versions.items()) + ".")
    settings = [report["settings"] for path, report in reports.items() if path.name.startswith("theirs")]
    for training in [s for s in settings if s["work"] in ("epoch", "step")][:1]:
        frozen = "without" if training["freeze_feature_encoder"] else "with"
        print(
            f"PyTorch: {training['encoder']}, {training['threads']} threads, batches of {training['batch']} in"
            f" {training['accumulate']} part(s), {frozen} gradients through the CNN."
        )
    print("Medians of the runs, least–greatest.\n")


def cell(values, unit):
    if not values:
        return ""
    spread = f" ({number(min(values))}–{number(max(values))})" if len(values) > 1 else ""
    return f"{number(statistics.median(values))}{spread} {unit}".rstrip()


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
