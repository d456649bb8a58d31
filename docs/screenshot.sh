#!/bin/sh
# screenshot.sh PROGRAM OUT.png COLUMNSxROWS SECONDS KEY...: a picture of the real program
# in a real xterm, on a screen of its own. Needs xvfb xterm xdotool maim fonts-dejavu-core.
set -eu
program=$1 out=$2 size=$3 seconds=$4
shift 4

dir=$(mktemp -d)
mkfifo "$dir/display"
Xvfb -displayfd 9 -screen 0 1920x1400x24 -nolisten tcp 9>"$dir/display" 2>/dev/null &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
read -r display < "$dir/display"
export DISPLAY=":$display" LC_ALL=C.UTF-8

xterm -u8 -tn xterm-256color -xrm 'XTerm*allowSendEvents: true' -fa 'DejaVu Sans Mono' -fs 11 -geometry "$size+0+0" -bg '#0d1117' -fg '#c9d1d9' \
	-b 8 +sb -T sextant -e "$program" demo &
window=$(xdotool search --sync --onlyvisible --name sextant | head -n 1)
sleep "$seconds"
for key; do
	xdotool key --window "$window" "$key" 2>/dev/null
	sleep 0.3
done
maim -u -i "$window" "$out"
xdotool key --window "$window" Q 2>/dev/null
