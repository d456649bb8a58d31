#!/bin/sh
# lint.sh BUILD CFLAGS...: gcc -fanalyzer, cppcheck and clang-tidy over everything that
# is shipped; any finding fails that tests/lint.known does not excuse, with its reason.
# BUILD holds the generated sources.
#
# Leaks are left to LeakSanitizer, which every test runs under: gcc 12's analyzer does
# not see that a structure that is handed on owns what it points to.
set -eu
cd "$(dirname "$0")/.."
build=$1
shift
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sources=$(ls base/*.c tui/*.c clients/*.c sections/*.c sections/load/*.c sections/demo/*.c views/*.c)

for tool in gcc cppcheck clang-tidy-14; do
	command -v "$tool" >/dev/null || { echo "lint: $tool is missing" >&2; exit 1; }
done

# One at a time for each core; each file has a log of its own.
each() {
	name=$1
	shift
	printf '%s\n' $sources |
		xargs -P "$(nproc)" -I{} sh -c 'file=$1 log=$2; shift 2
			"$@" "$file" >"$log/$(echo "$file" | tr / -)" 2>&1 || true' \
			x {} "$out/$name" "$@"
	cat "$out/$name"/* > "$out/$name.log"
}

mkdir "$out/gcc" "$out/tidy"
each gcc gcc "$@" -fanalyzer -Wno-analyzer-malloc-leak -c -o /dev/null
printf '%s\n' "$@" > "$out/flags"
cat > "$out/tidy.sh" <<'END'
flags=$1
file=$2
set --
while IFS= read -r flag; do
	case $flag in -fcf-protection|-fstack-clash-protection) ;; *) set -- "$@" "$flag" ;; esac
done < "$flags"
exec clang-tidy-14 --quiet "$file" -- "$@" -w
END
each tidy sh "$out/tidy.sh" "$out/flags"
cppcheck -q -j "$(nproc)" --std=c11 --enable=warning,performance,portability --inline-suppr \
	--suppress=missingIncludeSystem --template='{file}:{line}:{column}: warning: {message} [{id}]' \
	--template-location= -D_GNU_SOURCE -I. -I"$build" $sources > "$out/cppcheck.log" 2>&1 || true

# file [finding], once each.
sed -nE 's/^([^ :]*\/)?((base|tui|clients|sections|views)\/[^:]*):[0-9]+:[0-9]+: (warning|error|fatal error): (.*)$/\2 \5/p' \
	"$out/gcc.log" "$out/tidy.log" "$out/cppcheck.log" | sort -u > "$out/found"
grep -v '^#' tests/lint.known | while read -r file id reason; do
	printf '%s %s\n' "$file" "$id"
done > "$out/known"
awk 'NR == FNR { known[$1, $2]; next }
     { id = $NF; gsub(/^\[|\]$/, "", id); sub(/,.*/, "", id); sub(/^-Werror=/, "-W", id)
       if (!(($1, id) in known)) { print; bad = 1 } }
     END { exit bad }' "$out/known" "$out/found" || {
	echo "lint: the findings above are new"
	exit 1
}
echo "lint: $(echo "$sources" | wc -l) files, nothing new, $(wc -l < "$out/known") excused in tests/lint.known"
