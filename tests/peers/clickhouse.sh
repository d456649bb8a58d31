#!/bin/sh
# clickhouse.sh BUILD: runs the ClickHouse cases that every version must pass against the current
# engine, which comes with npm (0.5 GB, kept in build/peers). Says why and ends
# with 77 when npm or its registry is not there.
set -eu
cd "$(dirname "$0")/../.."
peer='the current ClickHouse engine'
test=${1:-build}/tests/clients/test_clickhouse

. tests/peers/peer.inc
npm_install chdb 3.4.0

begin_work
to_nobody "$work" build/peers/node_modules/chdb/package.json
export TMPDIR="$work" HOME="$work"

for dialect in tagged marked; do
	mkfifo "$work/$dialect"
	$as node tests/peers/clickhouse.js build/peers $dialect > "$work/$dialect" 2> "$work/$dialect.log" &
	pid=$!
	read -r port < "$work/$dialect" || { cat "$work/$dialect.log"; skip 'the engine does not run here'; }
	echo "current ClickHouse engine, $dialect exceptions, port $port"
	SEXTANT_TEST_CLICKHOUSE_URL=http://127.0.0.1:$port $test || { cat "$work/$dialect.log"; exit 1; }
	kill $pid
	wait $pid 2>/dev/null || true
	pid=
done
