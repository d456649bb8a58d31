#!/bin/sh
# salesforce.sh BUILD: our stand-in for Salesforce against simple-salesforce, which takes it for
# the real one: tokens, SOQL, pages, errors. That comes from PyPI (kept in build/peers). Says why
# and ends with 77 when that or Python is not there.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build}
dir=build/peers/salesforce

skip() {
	echo "skipped: Salesforce: $1"
	exit 77
}

command -v python3 >/dev/null || skip 'python3 is not installed'
if ! $dir/bin/python -c 'import simple_salesforce' 2>/dev/null; then
	mkdir -p build/peers
	python3 -m venv $dir > build/peers/salesforce.log 2>&1 || skip 'python3 makes no environment (python3-venv)'
	timeout 300 $dir/bin/pip -q install 'simple-salesforce==1.12.9' >> build/peers/salesforce.log 2>&1 ||
		skip 'PyPI cannot be reached (see build/peers/salesforce.log)'
fi

work=$(mktemp -d /tmp/sextant-salesforce-XXXXXX)
fake=
trap '[ -z "$fake" ] || kill "$fake" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 711 "$work"
mkdir -m 1777 "$work/tls"
mkfifo "$work/in" "$work/out"
"$build/tests/tools/salesforce_fake" "$work/tls" < "$work/in" > "$work/out" &
fake=$!
exec 8> "$work/in"
read -r word port < "$work/out" || { echo 'FAIL  Salesforce: the stand-in does not run'; exit 1; }
[ "$word" = listening ]
echo "simple-salesforce $($dir/bin/python -c 'import importlib.metadata as m; print(m.version("simple-salesforce"))')"
$dir/bin/python tests/peers/salesforce.py "$port" "$work/tls/ca.crt" || { echo 'FAIL  Salesforce'; exit 1; }
