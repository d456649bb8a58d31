#!/bin/sh
# versitygw.sh BUILD: our S3 client against versitygw, a real server of S3 over a folder that
# checks signatures. It comes by the Go module proxy (kept in build/peers). Says why and ends
# with 77 when that or Go is not there.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build}
dir=$PWD/build/peers/versitygw
peer=versitygw
version=v1.8.0
. tests/peers/peer.inc

fail() {
	echo "FAIL  versitygw: $1"
	exit 1
}

if [ ! -x "$dir/versitygw" ]; then
	need_go
	mkdir -p "$dir"
	GOPATH="$dir/go" GOBIN="$dir" timeout 900 go install -modcacherw \
		github.com/versity/versitygw/cmd/versitygw@$version > "$dir/log" 2>&1 ||
		skip "the Go module proxy cannot be reached in time (see $dir/log)"
fi
echo "versitygw $version"

begin_work
mkdir -p "$work/data/files/many" "$work/data/files/edi/a b" "$work/data/files/packed"
for i in $(seq 1 1002); do
	: > "$work/data/files/many/$(printf %04d "$i")"
done
printf 'one\ntwo\n' > "$work/data/files/edi/a b/1+2 é&.txt"
printf 'one\ntwo\n' | gzip > "$work/data/files/packed/1.gz"

export TEST_ID=AKIDTESTTESTTEST TEST_SECRET=canary/secret+1
# It takes no port of its own choice: a free one is tried.
port=$((20000 + $$ % 20000))
(cd "$work" && ROOT_ACCESS_KEY=$TEST_ID ROOT_SECRET_KEY=$TEST_SECRET exec "$dir/versitygw" \
	--port 127.0.0.1:$port --region eu-west-1 posix "$work/data") > "$work/log" 2>&1 &
pid=$!
url=http://127.0.0.1:$port
tries=0
until "$build/tests/peers/aws" ask s3 $url '{ list: { prefix: edi/ }, columns: { key: key } }' \
	bucket files region eu-west-1 > "$work/said"; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || fail "it does not answer: $(cat "$work/said") $(tail -n 3 "$work/log")"
	sleep 0.1
done
. tests/peers/s3_trials.inc
s3_trials "$build/tests/peers/aws" $url eu-west-1 versitygw
! said=$("$build/tests/peers/aws" ask s3 $url '{ list: { prefix: edi/ }, columns: { key: key } }' \
	bucket files region us-east-1) || fail 'it took another region'
case $said in *'is in eu-west-1: set sources.s3.region'*) ;; *) fail "another region: $said" ;; esac
echo "versitygw verified our signatures: listings, ranges, faults, the region"
