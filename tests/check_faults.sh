#!/bin/sh
# check_faults.sh: the table of docs/faults.md and the tests agree. A line that says
# "covered" names a test that bears its number; every test that bears a number is in the
# line of that number; every test that is named exists.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# "views/test_show test_P43_secrets_are_refused", one a line.
grep -oE '^static void [A-Za-z0-9_]+\(void \*\*' tests/*/test_*.c |
	sed -E 's,^tests/(.*)\.c:static void ([A-Za-z0-9_]+)\(.*,\1 \2,' | sort > "$out/all"
grep ' test_P[0-9][0-9]_' "$out/all" > "$out/numbered"

# "P43 views/test_show test_P43_secrets_are_refused"; a name without its program belongs
# to the program before it, one without a test is all of it.
awk -F'|' '/^\| P[0-9]/ {
	gsub(/ /, "", $2)
	print $2, $5 > states
	n = split($4, part, "`")
	for (i = 2; i <= n; i += 2) {
		colon = index(part[i], ":")
		if (colon == 0) { program = part[i]; print $2, program, "*"; continue }
		if (colon > 1) program = substr(part[i], 1, colon - 1)
		print $2, program, substr(part[i], colon + 1)
	}
}' states="$out/states" docs/faults.md > "$out/named"

bad=0
complain() {
	echo "docs/faults.md: $*"
	bad=1
}

while read -r number program test; do
	if [ "$test" = '*' ]; then
		[ -f "tests/$program.c" ] || complain "$number: there is no tests/$program.c"
	else
		grep -qx "$program $test" "$out/all" || complain "$number: $program has no $test"
	fi
done < "$out/named"

while read -r program test; do
	number=${test#test_}
	number=${number%%_*}
	grep -qx "$number $program $test" "$out/named" ||
		complain "$program:$test is not in the line of $number"
done < "$out/numbered"

while read -r number state; do
	case $state in
	covered*)
		grep -q "^$number .* test_${number}_" "$out/named" ||
			complain "$number is covered by no test of that number" ;;
	not\ applicable*) ;;
	*) complain "$number is neither covered nor not applicable: $state" ;;
	esac
done < "$out/states"
exit $bad
