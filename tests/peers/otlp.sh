#!/bin/sh
# otlp.sh BUILD: what telemetry tells, read by the published schema (PyPI), and taken by a
# real OpenTelemetry collector (Go's proxy; built once, a few minutes), both kept in
# build/peers. Says why and ends with 77 when neither can be had.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build}
dir=$PWD/build/peers/otlp
version=0.120.0
mkdir -p "$dir"
. tests/peers/peer.inc
begin_work
export HOME="$work" XDG_CONFIG_HOME="$work"
tried=no

fail() {
	echo "FAIL  telemetry: $1"
	cat "$work/told"
	exit 1
}

stop() {
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	pid=
}

# A load of the demonstration, some of whose sources are there.
tell() {
	cat > "$work/config.yaml" <<-END
		now: 2026-01-23T14:22:07Z
		telemetry: { enabled: true, endpoint: "http://127.0.0.1:$1" }
		sources:
		  tracking: { kind: sqlite, path: $PWD/$build/demo.db }
		  redshift: { kind: sqlite, path: $PWD/$build/demo.db }
	END
	chmod 600 "$work/config.yaml"
	"$build/sextant" show 726100801 --config "$work/config.yaml" > "$work/shown" 2>&1 || [ $? = 1 ]
	"$build/sextant" doctor --config "$work/config.yaml" > "$work/doctor" || [ $? -le 2 ]
	grep -q '^telemetry  *otlp  *healthy' "$work/doctor" || { cat "$work/doctor"; fail 'doctor'; }
	! grep -q 726100801 "$work/told" || fail 'the load is told'
}

schema() {
	peer='OTLP schema'
	(pip_install "$dir/venv" opentelemetry-proto==1.45.2) || return 0
	"$dir/venv/bin/python" tests/peers/otlp_collector.py > "$work/told" 2> "$work/errors" &
	pid=$!
	until [ -s "$work/told" ]; do kill -0 $pid || { cat "$work/errors"; fail 'the reader does not run'; }; sleep 0.1; done
	tell "$(head -n 1 "$work/told")"
	stop
	! grep -q refused "$work/told" || fail 'the schema does not know it'
	grep -q '^/v1/traces .*"tracking load_by_id".*"stringValue": "ok"' "$work/told" || fail 'no span'
	grep -q '^/v1/metrics .*sextant.attempt.duration' "$work/told" || fail 'no metrics'
	echo 'ok    telemetry: read by opentelemetry-proto 1.45.2'
	tried=yes
}

build_collector() {
	[ ! -x "$dir/collector-$version" ] || return 0
	need_go
	cat > "$dir/manifest.yaml" <<-END
		dist: { name: collector, output_path: $dir/source }
		exporters: [ { gomod: go.opentelemetry.io/collector/exporter/debugexporter v$version } ]
		receivers: [ { gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v$version } ]
	END
	(
		export GOPATH="$dir/go" GOCACHE="$dir/cache" GOFLAGS=-modcacherw GOTOOLCHAIN=local
		timeout 120 go install "go.opentelemetry.io/collector/cmd/builder@v$version" &&
			timeout 300 "$dir/go/bin/builder" --config "$dir/manifest.yaml" &&
			mv "$dir/source/collector" "$dir/collector-$version"
	) > "$dir/go.log" 2>&1 || skip "it could not be built (see $dir/go.log)"
	rm -rf "$dir/go" "$dir/cache" "$dir/source"
}

collector() {
	peer="OpenTelemetry collector $version"
	(build_collector) || return 0
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat > "$work/collector.yaml" <<-END
		receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:$port" } } } }
		exporters: { debug: { verbosity: detailed } }
		service:
		  telemetry: { metrics: { level: none } }
		  pipelines:
		    traces: { receivers: [otlp], exporters: [debug] }
		    metrics: { receivers: [otlp], exporters: [debug] }
	END
	"$dir/collector-$version" --config "$work/collector.yaml" > "$work/told" 2>&1 &
	pid=$!
	until grep -q 'Everything is ready' "$work/told"; do
		kill -0 $pid || fail 'the collector does not run'
		sleep 0.2
	done
	tell "$port"
	stop
	grep -q 'Name  *: tracking load_by_id' "$work/told" || fail 'no span'
	grep -q 'sextant.attempt.duration' "$work/told" || fail 'no metrics'
	echo "ok    telemetry: taken by the OpenTelemetry collector $version"
	tried=yes
}

schema
collector
[ $tried = yes ] || exit 77
