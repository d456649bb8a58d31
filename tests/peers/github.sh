#!/bin/sh
# github.sh BUILD: holds what the code search asks of GitHub against GitHub's published description of
# its REST API, which comes with npm (390 MB for all editions, kept in build/peers). Says why
# and ends with 77 when npm or its registry is not there.
set -eu
cd "$(dirname "$0")/../.."
version=23.0.2
peer="GitHub's description $version"
description=build/peers/node_modules/@octokit/openapi
test=${1:-build}/tests/peers/github

. tests/peers/peer.inc
npm_install @octokit/openapi $version

begin_work
cp tests/peers/github.js $description/generated/api.github.com.deref.json "$work"
to_nobody "$work" "$work/github.js"
mkfifo "$work/port"
HOME="$work" $as node "$work/github.js" "$work/api.github.com.deref.json" > "$work/port" 2> "$work/log" &
pid=$!
read -r port < "$work/port" || { cat "$work/log"; skip 'node does not run it'; }
echo "GitHub's description $version, port $port"
SEXTANT_TEST_GITHUB=http://127.0.0.1:$port "$test"
