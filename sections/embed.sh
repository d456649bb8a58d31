#!/bin/sh
# Prints a C file that holds each named file as bytes: embedded_files[].
set -eu
echo '#include "sections/config.h"'
n=0
for f in "$@"; do
	printf '__asm__(".section .rodata\\nembedded_%d: .incbin \\"%s\\"\\n.byte 0\\n.previous\\n");\n' "$n" "$f"
	printf 'extern const char embedded_%d[];\n' "$n"
	n=$((n + 1))
done
echo 'const struct embedded embedded_files[] = {'
n=0
for f in "$@"; do
	printf '\t{ "%s", embedded_%d, %d },\n' "$f" "$n" "$(wc -c < "$f")"
	n=$((n + 1))
done
printf '\t{ 0, 0, 0 },\n};\n'
