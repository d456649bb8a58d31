#!/bin/sh
# gallery.sh PROGRAM FOLDER: takes every picture of the gallery from the program as it is,
# and writes the page that shows them. Both come from the table at the end.
set -eu
program=$1 folder=$2
page=$folder.md
mkdir -p "$folder"

# The sources name where their data lies, which is nobody's home.
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
cp "$(dirname "$program")/demo.db" "$data/demo.db"
export SEXTANT_DEMO_DB="$data/demo.db"

cat > "$page" <<'END'
# Gallery

Pictures of the program as it is, taken in an xterm by `make gallery`. The demonstration
is the same for everybody: `make demo` shows all of this without a server.
END

# picture NAME SIZE GROUND 'OPTIONS' 'LOAD...' 'KEYS' CAPTION: of a demonstration.
picture() {
	echo "$1"
	# $4 and $5 are lists of words.
	# shellcheck disable=SC2086
	GROUND=$3 sh "$(dirname "$0")/screenshot.sh" "$folder/$1.png" "$2" "$6" "$program" $4 demo $5
	printf '\n**%s**\n\n![%s](%s/%s.png)\n' "$7" "$7" "$(basename "$folder")" "$1" >> "$page"
}

picture first-second 120x40 dark '' 726100801 '0.9s 5' \
	'Under a second after the start: rows are usable while the rest is on its way'
picture callbacks 120x40 dark '' 726100801 '14s 5 j j j j' \
	'Callbacks fail; an archive refused, so another source answered, and it says why and as of when'
picture small 80x24 dark '' 726100801 '14s 5 j' \
	'The same in 80 columns and 24 lines'
picture overview 120x40 dark '' 726100801 '14s 0' \
	'The load on one screen: every section, its source, its problems, and when what happened'
picture timeline 120x40 dark '' 726100801 '14s 8 minus minus' \
	'All sections by the time of the event, with when it became known and the lag'
picture from-where 120x40 dark '' 726100801 '14s 4 p' \
	'From where: the tries in order, the query as it was sent, the times'
picture raw 120x40 dark '' 726100801 '14s 6 s' \
	'A log body in Ruby notation, as a tree'
picture filter 120x40 dark '' 726100801 '14s 5 ampersand +http>=500 Return slash +LOCATION Return' \
	'Filtered to HTTP 500 and above, and searched: what fits, of how many, is always said'
picture compare 120x40 dark '' 726100801 '14s 5 j j m a j j equal' \
	'Two records beside each other: what differs, what is equal'
picture related 120x40 dark '' 726100801 '14s 5 j j L' \
	'The records that a callback has to do with'
picture on-demand 120x40 dark '' U110045871 '8s d j j' \
	'Sections that are asked only when you open them, and what they ask'
picture similar 120x40 dark '' U110045871 '8s colon +similar Return 4s ctrl+l' \
	'One load, or its carrier? How many others are stuck, out of how many'
picture trace 120x40 dark '' 726100801 '14s 6 j colon +lookup space +trace Return 4s' \
	'The way of one message through the services, and who accepted it'
picture edi 120x40 dark '' 726100801 '14s colon +sent Return 4s L 4s' \
	'A file of ocean events as the carrier sent it, in words, from the lines of this load on'
picture loads 120x40 dark '' '726100801 718220415 730801450' '14s b' \
	'Several loads at once'
picture palette 120x40 dark '' 726100801 '14s 5 colon +fil' \
	'Commands by any letters of theirs; the same words work on the command line'
picture sources 120x40 dark '' 726100801 '14s colon +doctor Return 4s' \
	'How the sources are, minute by minute, and how each is reached'
picture wide 200x60 dark '' 726100801 '14s 5 j j' \
	'Two hundred columns'
picture nothing 120x40 dark '' 698120077 '6s 5' \
	'Nine months old: beyond what any store keeps is not the same as no data'
picture candidates 120x40 dark '' PO-77120 '4s' \
	'One number, two loads: shown, none is guessed'
picture help 120x40 dark '' 726100801 '14s 5 question' \
	'Help for the pane'
picture light 120x40 light '--light' 726100801 '14s 5 j j' \
	'calm, on a light terminal'
picture contrast 120x40 dark '--theme contrast' 726100801 '14s 5 j j' \
	'contrast'
picture cvd 120x40 dark '--theme cvd' 726100801 '14s 5 j j' \
	'cvd: told apart by eyes that see red and green alike'
picture ascii 80x24 dark '--theme ascii' 726100801 '14s 5 j' \
	'ascii, without colour: every mark keeps its word'
