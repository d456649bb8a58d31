#!/bin/sh
# Runs the Neo4j client against real servers, which come from Maven Central (200 MB each,
# kept in build/peers): the long-term version, and the current one where a Java that it runs
# on is there. Says why and ends with 77 when Maven, Java or its registry is not there. The
# build folder may be given.
set -eu
cd "$(dirname "$0")/../.."
test=${1:-build}/tests/peers/neo4j
. tests/peers/peer.inc

# Of one version: the other one is tried.
skip() {
	echo "skipped: Neo4j $version: $1"
	return 77
}

install_it() {
	[ ! -e "$dir/whole" ] || return 0
	command -v mvn > /dev/null || { skip 'Maven (mvn) is not installed'; return; }
	rm -rf "$dir"
	mkdir -p "$dir"
	cat > "$dir/pom.xml" <<-END
		<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
		<groupId>peer</groupId><artifactId>peer</artifactId><version>1</version><dependencies><dependency>
		<groupId>org.neo4j.test</groupId><artifactId>neo4j-harness</artifactId><version>$version</version>
		</dependency></dependencies></project>
	END
	(cd "$dir" && timeout 300 mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > mvn.log 2>&1) ||
		{ skip "Maven could not fetch it (see $dir/mvn.log)"; return; }
	chmod -R a+rX "$dir"
	touch "$dir/whole"
}

# It ends with its input.
start() {
	mkfifo "$work/in" "$work/out"
	(cd "$work" && exec $as "$java" -Xmx700m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \
		-cp "$work/peer:$dir/lib/*" Neo4jPeer "$work/data" "$password" < "$work/in" > "$work/out" 2> "$log") &
	pid=$!
	exec 8> "$work/in"
	read -r url < "$work/out" || { tail -n 5 "$log"; skip "it does not start here (see $log)"; return; }
}

stop() {
	exec 8>&-
	[ -z "$pid" ] || wait "$pid" 2>/dev/null || true
	pid=
	rm -rf "$work"
}

# run VERSION JAVA: a server of that version, if there is a Java that is new enough.
run() {
	version=$1
	dir=$PWD/build/peers/neo4j-$version
	log=$dir/server.log
	find_java "$2" || { skip "it needs Java $2 or newer"; return; }
	install_it || return
	work=$(mktemp -d /tmp/sextant-peers-XXXXXX)
	mkdir "$work/data"
	"${java}c" -cp "$dir/lib/*" -d "$work/peer" tests/peers/Neo4jPeer.java > "$dir/javac.log" 2>&1 ||
		{ skip "its harness could not be compiled (see $dir/javac.log)"; return; }
	to_nobody "$work" "$dir/whole"
	start || return
	status=0
	SEXTANT_TEST_NEO4J=${url%/} SEXTANT_TEST_NEO4J_PASSWORD=$password SEXTANT_TEST_NEO4J_VERSION=$version \
		"$test" || status=1
	stop
	return $status
}

password='s3cret of the test'
pid= work=
trap 'exec 8>&-; [ -z "$pid" ] || kill $pid 2>/dev/null || true; [ -z "$work" ] || rm -rf "$work"' EXIT
status=77
for what in '5.26.30 17' '2026.08.1 21'; do
	one=0
	run $what || one=$?
	case $one in
	0) [ $status = 1 ] || status=0 ;;
	77) ;;
	*) status=1 ;;
	esac
done
exit $status
