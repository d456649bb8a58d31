#!/bin/sh
# check_deps.sh [FOLDER]: proves the include rules of docs/ARCHITECTURE.md by
# looking at every #include. Prints each offence as file:line and fails.
set -eu
cd "${1:-$(dirname "$0")/..}"
offences=$(mktemp)
trap 'rm -f "$offences"' EXIT

# file:line:header of every include; "..." keeps its quotes, <...> its brackets.
includes() {
	find base tui clients sections views tests -name '*.[ch]' -exec \
		grep -HnE '^[[:space:]]*#[[:space:]]*include' {} + |
		sed -E 's/^([^:]*:[0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*/\1:/; s/([">])[^">]*$/\1/'
}

# layer FOLDER ALLOWED-REGEX WORDS
layer() {
	grep -E "^$1/" "$all" | grep -E ':"' | grep -vE ":\"($2)/" |
		sed "s|\$|: $1 may include $3 only|" >> "$offences" || true
}

# library HEADER-REGEX FILE-REGEX WORDS
library() {
	grep -E ":<($1)" "$all" | grep -vE "^(tests/|$2)" |
		sed "s|\$|: belongs to $3|" >> "$offences" || true
}

all=$(mktemp)
trap 'rm -f "$offences" "$all"' EXIT
includes > "$all"

layer base 'base' 'base'
layer tui 'base|tui' 'base and tui'
layer clients 'base|clients' 'base and clients'
layer sections 'base|clients|sections' 'base, clients and sections'
layer views 'base|tui|sections|views' 'base, tui, sections and views, never clients,'
layer tests 'base|tui|clients|sections|views|tests' 'paths from the root'

library '(ncursesw/|ncurses/)?(n?curses|panel|menu|form|term|termcap|unctrl)\.h' 'tui/' 'tui/'
library 'curl/|libpq|postgresql/|openssl/' 'clients/' 'clients/'
# The demonstration's database is written by a tool of the build.
library 'sqlite3' 'clients/sqlite\.c|sections/demo/' 'clients/sqlite.c'
library 'utf8proc' 'base/' 'base/'
library 'cmocka|microhttpd|vterm' 'tests/' 'tests/'
library 'Python|lua' 'nowhere/' 'no folder'

# One file each.
for header in pcre2 libfyaml; do
	users=$(grep -E ":<$header" "$all" | grep -v '^tests/' | cut -d: -f1 | sort -u)
	if [ "$(printf '%s\n' "$users" | grep -c .)" -gt 1 ] ||
	   printf '%s\n' "$users" | grep . | grep -qv '^base/.*\.c$'; then
		echo "<$header.h> belongs behind one file in base/, found in:" $users >> "$offences"
	fi
done

# A file's own header comes first, so that every header compiles alone.
for c in $(find base tui clients sections views -name '*.c'); do
	[ -f "${c%.c}.h" ] || continue
	first=$(grep -m1 -E '^[[:space:]]*#[[:space:]]*include' "$c" || true)
	case $first in
	*"\"${c%.c}.h\""*) ;;
	*) echo "$c: includes something before ${c%.c}.h" >> "$offences" ;;
	esac
done

if [ -s "$offences" ]; then
	cat "$offences"
	exit 1
fi
echo "check-deps: $(wc -l < "$all") includes, all within the rules"
