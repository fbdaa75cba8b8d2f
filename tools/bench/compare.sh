#!/usr/bin/env bash
# Runs `lora-mer bench` and its counterpart in PyTorch in turn, and prints the ratios.
#
#   pip install torch transformers peft
#   PYTHON=.venv/bin/python tools/bench/compare.sh runs/bench      # FOLDER: encoders, corpora, results; 2 GB
#
# RUNS          how often each is run (3; about 20 minutes each on two cores)
# PRECISIONS    of training and inference ("float32")
# ENCODER       PyTorch's speech encoder: hubert, which PEFT trains as it is, or wavlm with its attention patched (hubert)
# WORKS         what is measured ("start-up step epoch inference gemm")
# GROUPINGS     of PyTorch's epoch ("--grouped --ungrouped"); grouped is the faster one
# OUR_OPTIONS   of `lora-mer bench`, such as "--smoke", or "--clips 48" for a shorter epoch of mixed lengths
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
works=${WORKS:-start-up step epoch inference gemm}
mkdir -p "$results"
rm -f "$results"/*.json

ours() { # precision, run
  "$lora_mer" bench --folder "$folder" --work "${works// /,}" --out "$results/ours-$1-$2.json" --set "compute.precision=$1" "${our_options[@]}"
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
    for work in $works; do
      case $work in
        start-up) ;; # ours alone
        epoch) for grouping in ${GROUPINGS:---grouped --ungrouped}; do theirs "$precision" "$run" epoch "$grouping"; done ;;
        *) theirs "$precision" "$run" "$work" ;;
      esac
    done
  done
done
"$python" "$here/table.py" "$results" | tee "$results/table.md"
