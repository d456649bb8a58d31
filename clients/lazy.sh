#!/bin/sh
# lazy.sh OBJECT...: prints an assembly file that stands in for libcurl, libpq and
# OpenSSL at link time.
#
# Those libraries bring forty others and cost several milliseconds before main().
# Nothing needs them before the first frame, so the program is linked against these
# jumps instead, and clients_init() fills the table by dlopen() and dlsym().
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
nm -u "$@" | awk '$1 == "U" { print $2 }' | sort -u > "$dir/wanted"

cat <<'END'
	.section .note.GNU-stack,"",@progbits
	.text
END
for soname in libcurl.so.4 libpq.so.5 libssl.so.3 libcrypto.so.3; do
	nm -D --defined-only "$(${CC:-cc} -print-file-name=${soname%.*})" |
		awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u > "$dir/defined"
	comm -12 "$dir/wanted" "$dir/defined" | sed "s/\$/ $soname/" >> "$dir/symbols"
done

n=0
while read -r name soname; do
	printf '\t.globl %s\n\t.type %s, @function\n%s:\n\tendbr64\n\tjmp *lazy_table+%d(%%rip)\n' \
		"$name" "$name" "$name" $((n * 8))
	n=$((n + 1))
done < "$dir/symbols"

printf '\t.bss\n\t.balign 4096\n\t.globl lazy_table\nlazy_table:\n\t.zero %d\n' $((n * 8))
printf '\t.balign 4096\n\t.globl lazy_table_end\nlazy_table_end:\n'
printf '\t.section .rodata\n\t.globl lazy_names\nlazy_names:\n'
while read -r name soname; do
	printf '\t.asciz "%s"\n\t.asciz "%s"\n' "$soname" "$name"
done < "$dir/symbols"
printf '\t.byte 0\n'
