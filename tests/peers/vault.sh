#!/bin/sh
# vault.sh BUILD: our secrets from a real HashiCorp Vault, whose database engine makes users
# in a real PostgreSQL. It comes by the Go module proxy and is compiled once (kept in
# build/peers). Says why and ends with 77 when that, Go or PostgreSQL is not there.
set -eu
cd "$(dirname "$0")/../.."
test=${1:-build}/tests/peers/vault
dir=$PWD/build/peers/vault
peer=Vault
version=v1.21.4
# The last one whose functions it calls as they are; its own file names a later one.
sdk=v0.20.0
. tests/peers/peer.inc

if [ ! -x "$dir/vault" ]; then
	need_go
	mkdir -p "$dir"
	cp tests/peers/vault.go "$dir/main.go"
	(cd "$dir" && export GOPATH="$dir/go" GOFLAGS='-modcacherw -mod=mod' && rm -f go.mod go.sum &&
		go mod init peer && go mod edit -require github.com/hashicorp/vault@$version \
			-replace github.com/hashicorp/vault/sdk=github.com/hashicorp/vault/sdk@$sdk &&
		timeout 1800 go build -o vault .) > "$dir/log" 2>&1 ||
		skip "it could not be fetched and compiled in time (see $dir/log)"
fi

begin_work
mkfifo "$work/out"
"$dir/vault" 127.0.0.1:0 > "$work/out" 2> "$dir/server.log" &
pid=$!
read -r address token < "$work/out" || skip "it does not start here (see $dir/server.log)"
echo "Vault $version, $address"
TEST_TOKEN=$token "$test" "http://$address"
