#!/bin/sh
# llm.sh BUILD: runs the client of language models against aimock, which comes with npm (12 MB, kept in
# build/peers) and was written by others after the real services. Says why and ends with 77
# when npm or its registry is not there.
set -eu
cd "$(dirname "$0")/../.."
version=1.43.0
dir=build/peers
mock=$dir/node_modules/@copilotkit/aimock
test=${1:-build}/tests/peers/llm

skip() {
	echo "skipped: aimock $version: $1"
	exit 77
}

command -v node > /dev/null && command -v npm > /dev/null || skip 'npm is not installed'
if ! grep -q "\"version\": \"$version\"" $mock/package.json 2> /dev/null; then
	mkdir -p $dir
	timeout 300 npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
		--prefix $dir @copilotkit/aimock@$version > $dir/npm-aimock.log 2>&1 ||
		skip "npm could not install it (see $dir/npm-aimock.log)"
fi

work=$(mktemp -d /tmp/sextant-peers-XXXXXX)
pid=
trap '[ -z "$pid" ] || kill $pid 2>/dev/null || true; rm -rf "$work"' EXIT
cp tests/peers/llm.json "$work"
as=
if [ "$(id -u)" = 0 ]; then
	chown -R nobody "$work"
	as='setpriv --reuid nobody --regid nogroup --clear-groups --'
	# A work tree that only root can read.
	$as test -r $mock/package.json || as=
fi
AIMOCK_API_KEYS=sk-peer-0123456789abcdefghij HOME="$work" \
	$as node $mock/dist/cli.js -p 0 -l 10 -f "$work/llm.json" --strict --validate-on-load > "$work/log" 2>&1 &
pid=$!
port=
for i in $(seq 100); do
	port=$(sed -n 's|.*listening on http://127.0.0.1:\([0-9]*\).*|\1|p' "$work/log")
	[ -z "$port" ] || break
	kill -0 $pid 2> /dev/null || break
	sleep 0.1
done
[ -n "$port" ] || { cat "$work/log"; skip 'it does not start here'; }
echo "aimock $version, port $port"
SEXTANT_TEST_LLM=http://127.0.0.1:$port "$test"
