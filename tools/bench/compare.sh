#!/usr/bin/env bash
# Runs `lora-mer bench` and its counterpart in PyTorch in turn, and prints the ratios.
#
#   pip install torch transformers peft
#   PYTHON=.venv/bin/python tools/bench/compare.sh runs/bench      # FOLDER: encoders, corpora, results; 2 GB
#
# RUNS          how often each is run (3; about 20 minutes each on two cores)
# PRECISIONS    of training and inference ("float32")
# ENCODER       PyTorch's speech encoder: hubert, which PEFT trains as it is, or wavlm with its attention patched (hubert)
# OUR_OPTIONS   of `lora-mer bench`, such as "--smoke"
# PEER_OPTIONS  of pytorch_baseline.py's training, such as "--accumulate 2" where 16 clips of 13 s do not fit into the
#               machine's memory, or "--freeze-feature-encoder"
set -euo pipefail
folder=${1:?usage: compare.sh FOLDER}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lora_mer=$here/../../lora-mer
python=${PYTHON:-python3}
encoder=${ENCODER:-hubert}
read -ra our_options <<<"${OUR_OPTIONS:-}"
read -ra peer_options <<<"${PEER_OPTIONS:-}"
results=$folder/results-$encoder
mkdir -p "$results"
rm -f "$results"/*.json

ours() { # precision, run
  "$lora_mer" bench --folder "$folder" --out "$results/ours-$1-$2.json" --set "compute.precision=$1" "${our_options[@]}"
}

theirs() { # precision, run, work, options
  local name=$results/theirs-$1-$2-$3${4:-}.json
  local options=(--folder "$folder" --encoder "$encoder" --precision "$1" --work "$3" --out "$name")
  [[ $3 != step && $3 != epoch ]] || options+=("${peer_options[@]}")
  "$python" "$here/pytorch_baseline.py" "${options[@]}" "${@:4}"
}

for run in $(seq "${RUNS:-3}"); do
  for precision in ${PRECISIONS:-float32}; do
    echo "run $run, $precision" >&2
    ours "$precision" "$run"
    theirs "$precision" "$run" step
    theirs "$precision" "$run" epoch --grouped
    theirs "$precision" "$run" epoch --ungrouped
    theirs "$precision" "$run" inference
    theirs "$precision" "$run" gemm
  done
done
"$python" "$here/table.py" "$results" | tee "$results/table.md"
