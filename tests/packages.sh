#!/bin/sh
# packages.sh check|install build|test|bench|lint|fuzz|gallery: the Debian packages that building or
# testing needs. `check` names what is missing and fails; `install` installs it
# (as root, or with sudo).
set -eu

build='gcc make pkg-config ca-certificates libc6-dev libncurses-dev libcurl4-openssl-dev libpq-dev libssl-dev
libjansson-dev libsqlite3-dev libpcre2-dev libfyaml-dev libutf8proc-dev'
test="$build libcmocka-dev libmicrohttpd-dev libvterm-dev tzdata ncurses-term openssl procps groff-base
postgresql-15 clickhouse-server clickhouse-client curl python3 tig less tmux clang-14 libclang-rt-14-dev"
bench="$test lnav"

lint="$build cppcheck clang-tidy-14"
fuzz="$build clang-14 libclang-rt-14-dev"
gallery="$build xvfb xterm xdotool maim pngquant fonts-dejavu-core"

case "$2" in
build) wanted=$build ;;
test) wanted=$test ;;
bench) wanted=$bench ;;
lint) wanted=$lint ;;
fuzz) wanted=$fuzz ;;
gallery) wanted=$gallery ;;
*) echo "packages.sh: $2?" >&2; exit 2 ;;
esac

missing=
if command -v dpkg-query >/dev/null 2>&1; then
	for p in $wanted; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
			missing="$missing $p"
	done
fi
[ -n "$missing" ] || exit 0

if [ "$1" = check ]; then
	echo "Missing Debian packages:$missing" >&2
	echo "Install them with: apt-get install$missing" >&2
	exit 1
fi

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "Installing:$missing" >&2
$as_root apt-get update -qq
# $missing is a list of words; sudo drops the environment, env does not.
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
