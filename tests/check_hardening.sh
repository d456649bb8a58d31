#!/bin/sh
# check_hardening.sh PROGRAM: that it was linked and compiled as the Makefile says:
# position independent, addresses read-only after the start, no executable stack,
# stack protector, checked string functions, no call that base/banned.h bans.
set -eu
program=$1
bad=0
fail()
{
	echo "$program: $1"
	bad=1
}
headers=$(readelf -W -h -l -d "$program")
has() { printf '%s\n' "$headers" | grep -Eq "$1"; }

has 'Type: +DYN' || fail 'not position independent'
has '\(FLAGS_1\).*PIE' || fail 'not an executable that may be placed anywhere (PIE)'
has 'GNU_RELRO' || fail 'no read-only relocations (RELRO)'
has 'BIND_NOW|\(FLAGS_1\).*NOW' || fail 'relocations are not all done at the start (full RELRO)'
has 'GNU_STACK.* RW ' || fail 'the stack may be executed'
! has 'LOAD.* RWE ' || fail 'memory that is both written and executed'
! has '\((RPATH|RUNPATH)\)' || fail 'looks for libraries in a path of its own'
symbols=$(nm -D --undefined-only "$program")
imports() { printf '%s\n' "$symbols" | grep -q " $1\(@\|\$\)"; }
imports __stack_chk_fail || fail 'no stack protector'
imports __snprintf_chk || fail 'no checked string functions (FORTIFY)'
for banned in strcpy strcat sprintf vsprintf gets strtok system popen; do
	! imports "$banned" || fail "calls $banned"
done
exit $bad
