#!/usr/bin/env bash
# Builds the working tree twice, in two folders and two time zones, and compares the SHA-256 of LoRA-MER's jars.
# Further arguments go to Maven (-Prelease compares the source and Javadoc jars and the SBOM too).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # folder, time zone, Maven's arguments
  local folder="$work/$1" zone="$2"
  shift 2
  mkdir -p "$folder"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$folder"
  (cd "$folder" && TZ="$zone" mvn -q -B -DskipTests -Dspotless.check.skip "$@" package)
  (cd "$folder" && find . -path '*/target/*' \( -name 'lora-mer-*.jar' -o -name 'bom.*' \) -not -path '*/target/lib/*' \
    -exec sha256sum {} + | LC_ALL=C sort -k 2)
}

build one UTC "$@" >"$work/one.sums"
build another-folder Asia/Tokyo "$@" >"$work/another.sums"
if ! diff "$work/one.sums" "$work/another.sums"; then
  echo "the two builds differ" >&2
  exit 1
fi
cat "$work/one.sums"
echo "$(wc -l <"$work/one.sums") files are equal in both builds"
