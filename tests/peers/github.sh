#!/bin/sh
# github.sh BUILD: holds what the code search asks of GitHub against GitHub's published description of
# its REST API, which comes with npm (390 MB for all editions, kept in build/peers). Says why
# and ends with 77 when npm or its registry is not there.
set -eu
cd "$(dirname "$0")/../.."
version=23.0.2
dir=build/peers
description=$dir/node_modules/@octokit/openapi
test=${1:-build}/tests/peers/github

skip() {
	echo "skipped: GitHub's description $version: $1"
	exit 77
}

command -v node > /dev/null && command -v npm > /dev/null || skip 'npm is not installed'
if ! grep -q "\"version\": \"$version\"" $description/package.json 2> /dev/null; then
	mkdir -p $dir
	timeout 300 npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
		--prefix $dir @octokit/openapi@$version > $dir/npm-openapi.log 2>&1 ||
		skip "npm could not install it (see $dir/npm-openapi.log)"
fi

work=$(mktemp -d /tmp/sextant-peers-XXXXXX)
pid=
trap '[ -z "$pid" ] || kill $pid 2>/dev/null || true; rm -rf "$work"' EXIT
cp tests/peers/github.js $description/generated/api.github.com.deref.json "$work"
as=
if [ "$(id -u)" = 0 ]; then
	chown -R nobody "$work"
	as='setpriv --reuid nobody --regid nogroup --clear-groups --'
fi
mkfifo "$work/port"
HOME="$work" $as node "$work/github.js" "$work/api.github.com.deref.json" > "$work/port" 2> "$work/log" &
pid=$!
read -r port < "$work/port" || { cat "$work/log"; skip 'node does not run it'; }
echo "GitHub's description $version, port $port"
SEXTANT_TEST_GITHUB=http://127.0.0.1:$port "$test"
