#!/bin/sh
# Runs libFuzzer on every format, one after the other: run.sh SECONDS [FORMAT ...]. What it learns stays in
# build/fuzz/corpus; what ends the program in build/fuzz/findings.
set -eu
seconds=${1:?usage: run.sh SECONDS [FORMAT ...]}
shift
cd "$(dirname "$0")/../../build/fuzz"
mkdir -p findings
bin/coincide_replay --write-seeds corpus
LSAN_OPTIONS=suppressions=../../tests/support/leak_suppressions.txt
export LSAN_OPTIONS
[ $# -gt 0 ] || set -- $(ls corpus)
if [ -d /dev/shm ]; then TMPDIR=/dev/shm; export TMPDIR; fi

failed=
for format in "$@"; do
  echo "== $format"
  COINCIDE_FORMAT=$format OMP_NUM_THREADS=1 bin/coincide_fuzz "corpus/$format" -max_total_time="$seconds" -timeout=10 \
    -max_len=65536 -rss_limit_mb=2048 -malloc_limit_mb=1024 -artifact_prefix="findings/$format-" -print_final_stats=1 \
    >"findings/$format.log" 2>&1 || failed="$failed $format"
  grep -E "number_of_executed_units|SUMMARY|terminate called" "findings/$format.log" || true
done
[ -z "$failed" ] || { echo "findings in:$failed"; exit 1; }
