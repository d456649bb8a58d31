#!/bin/sh
# run.sh THREADED.c...: builds and runs every test program as it is released, then
# all of them under AddressSanitizer and UBSan, then the threaded ones under
# ThreadSanitizer. Beside them each fuzz target runs for a while, with what the tests leave
# of the processors: they wait more than they compute. The last line counts: "N passed,
# N failed".
#
#   fuzz, release, address, thread   the variants, and the order
#   JOBS=2                     programs that run at once
#   VARIANTS='release'         only some
#   FUZZ_SECONDS=60            for each fuzz target
#   FUZZ_JOBS=4                of them at once
#
# A test finds the program under test in $SEXTANT_BUILD (build, build/address …).
set -eu
cd "$(dirname "$0")/.."

LIMIT=600       # seconds for one program
PEERS_UNTIL=960 # seconds since the start; later no peer begins
PEER_LIMIT=200  # seconds for one peer, with what it fetches and builds
AGAIN=3         # failures that are tried once more

# One program: prints its line, and what it said when it failed.
if [ "$1" = --one ]; then
	variant=$2 program=$3 results=$4
	log=$results/$variant-$(echo "$program" | tr / -).log
	began=$(date +%s)
	wrap=
	export SEXTANT_BUILD=build
	[ "$variant" = release ] || SEXTANT_BUILD=build/$variant
	# ThreadSanitizer of gcc 12 cannot place its shadow when the kernel
	# spreads addresses far.
	if [ "$variant" = thread ] && setarch -R true 2>/dev/null; then
		wrap='setarch -R'
	fi
	status=0
	if [ "$variant" = fuzz ]; then
		# strict_string_checks takes strndup() of an input for a fault.
		# Whoever only gets what is left is slow, and hangs only after a minute.
		FUZZ_SEED=1 FUZZ_TIMEOUT=60 ASAN_OPTIONS=detect_stack_use_after_return=1 chrt --idle 0 sh tests/fuzz/run.sh "${FUZZ_SECONDS:-60}" "${program#tests/fuzz/fuzz_}" > "$log" 2>&1 || status=$?
	elif [ -x "$SEXTANT_BUILD/$program" ]; then
		timeout -k 10 $LIMIT $wrap "$SEXTANT_BUILD/$program" > "$log" 2>&1 < /dev/null || status=$?
	else
		echo 'It was not built.' > "$log"
		status=127
	fi
	took=$(($(date +%s) - began))
	exec 9> "$results/lock"
	flock 9
	if [ "$status" = 0 ]; then
		echo "ok    $variant  $program  ${took}s"
		echo "$variant $program" >> "$results/passed"
	else
		cat "$log"
		[ "$status" != 124 ] || echo "(stopped after ${LIMIT}s)"
		echo "FAIL  $variant  $program  ${took}s  (status $status)"
		echo "$variant $program" >> "$results/failed"
	fi
	exit 0
fi

# What the caller's shell has set must not matter to a test.
unset MAKEFLAGS MFLAGS MAKELEVEL XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME \
	XDG_DATA_HOME NO_COLOR COLORTERM LANGUAGE TZ CDPATH ENV
export LC_ALL=C.UTF-8
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

MAKE=${MAKE:-make}
JOBS=${JOBS:-2}
FUZZ_JOBS=${FUZZ_JOBS:-4}
VARIANTS=${VARIANTS:-fuzz release address thread}
threaded=$*
began=$(date +%s)
results=$(mktemp -d)
fuzzing=
trap '[ -z "$fuzzing" ] || kill "$fuzzing" 2>/dev/null || :; rm -rf "$results"' EXIT
trap 'exit 130' INT TERM
: > "$results/passed"
: > "$results/failed"
: > "$results/skipped"

# names VARIANT: the test programs of a variant, without the build folder.
names() {
	case $1 in
	thread) printf '%s\n' $threaded ;;
	fuzz) printf '%s\n' tests/fuzz/fuzz_*.c ;;
	*) printf '%s\n' tests/*/test_*.c ;;
	esac | sed 's/\.c$//'
}

# With -k, so that one file that does not compile costs its own programs only.
build() {
	echo "== building: $1"
	case $1 in
	release) set -- all tests ;;
	thread) set -- SAN=thread tests-threaded ;;
	fuzz) set -- SAN=fuzz CC=clang-14 fuzz-programs ;;
	*) set -- SAN="$1" all tests ;;
	esac
	$MAKE --no-print-directory -s -k -j"$(nproc)" "$@" > "$results/build" 2>&1 || {
		cat "$results/build"
		echo "$* was not built" >> "$results/failed"
		echo "FAIL  building $*"
	}
}

# check NAME COMMAND...: 77 means that it could not be tried here, and why was said.
check() {
	name=$1
	shift
	status=0
	"$@" || status=$?
	case $status in
	0) outcome=passed word='ok   ' ;;
	77) outcome=skipped word='skip ' ;;
	*) outcome=failed word='FAIL ' ;;
	esac
	echo "$word $name"
	echo "$name" >> "$results/$outcome"
}

# Servers are fetched from far: what would make the whole too long is left to test-peers, so
# those, too, that come as source and are not compiled yet (PEERS_UNBUILT).
peer() {
	if [ $(($(date +%s) - began)) -gt "$PEERS_UNTIL" ]; then
		echo "skipped: $1: $PEERS_UNTIL s are over; make test-peers runs it"
		return 77
	fi
	status=0
	PEERS_UNBUILT=yes timeout -k 10 $PEER_LIMIT sh "$1" build || status=$?
	[ $status = 124 ] || return $status
	echo "skipped: $1: not there after $PEER_LIMIT s; make test-peers takes the time"
	return 77
}

check check-deps sh tests/check_deps.sh
check check-faults sh tests/check_faults.sh
for page in docs/*.[1-9]; do
	[ ! -f "$page" ] || check check-man sh tests/check_man.sh "$page"
done
for variant in $VARIANTS; do
	build "$variant"
	[ "$variant" != release ] || check check-hardening sh tests/check_hardening.sh build/sextant
	echo "== running: $variant"
	if [ "$variant" = fuzz ]; then
		names fuzz | xargs -P "$FUZZ_JOBS" -I{} sh tests/run.sh --one fuzz {} "$results" &
		fuzzing=$!
	else
		names "$variant" | xargs -P "$JOBS" -I{} sh tests/run.sh --one "$variant" {} "$results"
	fi
done

case $VARIANTS in
*release*)
	for peer in tests/peers/*.sh; do
		check "peer: $(basename "$peer" .sh)" peer "$peer"
	done ;;
esac

[ -z "$fuzzing" ] || wait "$fuzzing" || :
fuzzing=

# A machine that does something else meanwhile can be too slow for a terminal or a
# server. So a few failures are tried once more, each with the machine to itself, and
# what passes only then is told: it wants mending, but says nothing of the program.
unsure=$(grep ' tests/' "$results/failed" || :)
if [ -n "$unsure" ] && [ "$(echo "$unsure" | wc -l)" -le $AGAIN ]; then
	grep -v ' tests/' "$results/failed" > "$results/others" || :
	mv "$results/others" "$results/failed"
	echo '== once more, alone'
	echo "$unsure" | while read -r variant program; do
		sh tests/run.sh --one "$variant" "$program" "$results"
		grep -qx "$variant $program" "$results/failed" ||
			echo "unsteady: $variant $program" >> "$results/unsteady"
	done
	[ ! -f "$results/unsteady" ] || cat "$results/unsteady"
fi

passed=$(wc -l < "$results/passed")
skipped=$(wc -l < "$results/skipped")
failed=$(wc -l < "$results/failed")
[ "$failed" = 0 ] || sed 's/^/failed: /' "$results/failed"
echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ]
