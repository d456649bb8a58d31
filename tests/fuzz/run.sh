#!/bin/sh
# run.sh SECONDS NAME...: runs each fuzz target for so long; fails with the first
# that finds something, and says where the input is.
set -eu
seconds=$1
shift
for name in "$@"; do
	corpus=build/fuzz/corpus/$name
	mkdir -p "$corpus" build/fuzz/found
	set -- "$corpus"
	[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
	if ! build/fuzz/tests/fuzz/fuzz_"$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix=build/fuzz/found/"$name"- "$@" \
		> build/fuzz/"$name".log 2>&1; then
		tail -n 60 build/fuzz/"$name".log
		echo "FAIL  fuzz_$name"
		exit 1
	fi
	echo "ok    fuzz_$name  $(grep -E '^Done' build/fuzz/"$name".log)"
done
