#!/bin/sh
# salesforce.sh BUILD: our stand-in for Salesforce against simple-salesforce, which takes it for
# the real one: tokens, SOQL, pages, errors. That comes from PyPI (kept in build/peers). Says why
# and ends with 77 when that or Python is not there.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build}
dir=build/peers/salesforce
peer=Salesforce
. tests/peers/peer.inc

pip_install $dir simple-salesforce==1.12.9

begin_work
chmod 711 "$work"
mkdir -m 1777 "$work/tls"
mkfifo "$work/in" "$work/out"
"$build/tests/tools/salesforce_fake" "$work/tls" < "$work/in" > "$work/out" &
pid=$!
exec 8> "$work/in"
read -r word port < "$work/out" || { echo 'FAIL  Salesforce: the stand-in does not run'; exit 1; }
[ "$word" = listening ]
echo "simple-salesforce $($dir/bin/python -c 'import importlib.metadata as m; print(m.version("simple-salesforce"))')"
$dir/bin/python tests/peers/salesforce.py "$port" "$work/tls/ca.crt" || { echo 'FAIL  Salesforce'; exit 1; }
