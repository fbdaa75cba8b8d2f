#!/usr/bin/env bash
# Builds the working tree twice, in two folders and two time zones, and compares the SHA-256 of LoRA-MER's jars.
# Further arguments go to Maven (-Prelease compares the source and Javadoc jars and the SBOM too).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for folder in one another-folder; do
  mkdir "$work/$folder"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/$folder"
done

sums() { # folder, time zone, Maven's arguments
  cd "$work/$1"
  TZ="$2" mvn -q -B -DskipTests -Dspotless.check.skip "${@:3}" package >&2
  find . -path '*/target/*' \( -name 'lora-mer-*.jar' -o -name 'bom.*' \) -not -path '*/target/lib/*' \
    -exec sha256sum {} + | LC_ALL=C sort -k 2
}

(sums one UTC "$@") >"$work/one.sums"
(sums another-folder Asia/Tokyo "$@") >"$work/another.sums"
if ! diff "$work/one.sums" "$work/another.sums"; then
  echo "the two builds differ" >&2
  exit 1
fi
cat "$work/one.sums"
echo "$(wc -l <"$work/one.sums") files are equal in both builds"
