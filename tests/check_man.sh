#!/bin/sh
# check_man.sh PAGE...: groff must have nothing to say about a manual page.
set -eu
for page in "$@"; do
	said=$(groff -mandoc -K utf8 -T utf8 -ww -z "$page" 2>&1)
	if [ -n "$said" ]; then
		echo "$said"
		exit 1
	fi
	echo "check-man: $page"
done
