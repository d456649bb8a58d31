#!/bin/sh
# run.sh SECONDS NAME: runs one fuzz target for so long. Fails when it finds something,
# and says where the input is. What it learnt stays in build/fuzz/corpus. With FUZZ_SEED
# the walk is the same every time; FUZZ_TIMEOUT is the seconds that one input may take.
set -eu
seconds=$1 name=$2
corpus=build/fuzz/corpus/$name
log=build/fuzz/$name.log
mkdir -p "$corpus" build/fuzz/found
set -- "$corpus"
[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
if ! build/fuzz/tests/fuzz/fuzz_"$name" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout="${FUZZ_TIMEOUT:-10}" \
	-rss_limit_mb=2048 -artifact_prefix=build/fuzz/found/"$name"- "$@" > "$log" 2>&1; then
	tail -n 60 "$log"
	echo "FAIL  fuzz_$name"
	exit 1
fi
echo "ok    fuzz_$name  $(grep -E '^Done' "$log")"
