#!/bin/sh
# llm.sh BUILD: runs the client of language models against aimock, which comes with npm (12 MB, kept in
# build/peers) and was written by others after the real services. Says why and ends with 77
# when npm or its registry is not there.
set -eu
cd "$(dirname "$0")/../.."
version=1.43.0
peer="aimock $version"
mock=build/peers/node_modules/@copilotkit/aimock
test=${1:-build}/tests/peers/llm

. tests/peers/peer.inc
npm_install @copilotkit/aimock $version

begin_work
cp tests/peers/llm.json "$work"
to_nobody "$work" $mock/package.json
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
