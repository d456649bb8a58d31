#!/bin/sh
# clickhouse.sh BUILD: runs the ClickHouse cases that every version must pass against the current
# engine, which comes with npm (0.5 GB, kept in build/peers). Says why and ends
# with 77 when npm or its registry is not there.
set -eu
cd "$(dirname "$0")/../.."
dir=build/peers
test=${1:-build}/tests/clients/test_clickhouse

skip() {
	echo "skipped: the current ClickHouse engine: $1"
	exit 77
}

command -v node >/dev/null && command -v npm >/dev/null || skip 'npm is not installed'
if [ ! -d $dir/node_modules/chdb ]; then
	mkdir -p $dir
	timeout 300 npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
		--prefix $dir chdb@3.4.0 > $dir/npm.log 2>&1 ||
		skip "npm could not install it (see $dir/npm.log)"
fi

work=$(mktemp -d /tmp/sextant-peers-XXXXXX)
pid=
trap '[ -z "$pid" ] || kill $pid 2>/dev/null || true; rm -rf "$work"' EXIT
as=
if [ "$(id -u)" = 0 ]; then
	chown nobody "$work"
	as='setpriv --reuid nobody --regid nogroup --clear-groups --'
	# A work tree that only root can read.
	$as test -r $dir/node_modules/chdb/package.json || as=
fi
export TMPDIR="$work" HOME="$work"

for dialect in tagged marked; do
	mkfifo "$work/$dialect"
	$as node tests/peers/clickhouse.js $dir $dialect > "$work/$dialect" 2> "$work/$dialect.log" &
	pid=$!
	read -r port < "$work/$dialect" || { cat "$work/$dialect.log"; skip 'the engine does not run here'; }
	echo "current ClickHouse engine, $dialect exceptions, port $port"
	SEXTANT_TEST_CLICKHOUSE_URL=http://127.0.0.1:$port $test || { cat "$work/$dialect.log"; exit 1; }
	kill $pid
	wait $pid 2>/dev/null || true
	pid=
done
