#!/bin/sh
# screenshot.sh OUT.png COLUMNSxROWS 'KEY...' PROGRAM ARGUMENT...: a picture of the real
# program in a real xterm, on a screen of its own. A key is named as xdotool names it; 14s
# among the keys is a wait, +TEXT is typed as it is. GROUND=light takes a light terminal.
set -eu
out=$1 size=$2 keys=$3
shift 3

dir=$(mktemp -d)
mkfifo "$dir/display"
Xvfb -displayfd 9 -screen 0 2400x1500x24 -nolisten tcp 9>"$dir/display" 2>/dev/null &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
read -r display < "$dir/display"
export DISPLAY=":$display" LC_ALL=C.UTF-8

ground='#0d1117' text='#c9d1d9'
[ "${GROUND-}" != light ] || ground='#fdfdfb' text='#24292f'
xterm -u8 -tn xterm-256color -xrm 'XTerm*allowSendEvents: true' -fa 'DejaVu Sans Mono' -fs 11 \
	-geometry "$size+0+0" -bg "$ground" -fg "$text" -b 8 +sb -T sextant -e "$@" &
window=$(xdotool search --sync --onlyvisible --name sextant | head -n 1)
for key in $keys; do
	case $key in
	[0-9]*s) sleep "${key%s}" ;;
	+*) xdotool type --window "$window" --delay 20 "${key#+}" ;;
	*) xdotool key --window "$window" "$key" ;;
	esac 2>/dev/null
	sleep 0.3
done
maim -u -i "$window" "$dir/picture.png"
pngquant --force --speed 1 --output "$out" 48 "$dir/picture.png"
xdotool key --window "$window" Q 2>/dev/null || :
