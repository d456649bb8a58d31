#!/bin/sh
# trino.sh BUILD: runs the Trino client against a real coordinator, which comes from Maven Central
# (220 MB, kept in build/peers) and has the tpch and memory connectors, passwords, JWTs
# and access rules. Says why and ends with 77 when Maven, a Java that it runs on or its
# registry is not there.
set -eu
cd "$(dirname "$0")/../.."
version=476
java_least=24
dir=$PWD/build/peers/trino-$version
peer="Trino $version"
test=${1:-build}/tests/peers/trino
. tests/peers/peer.inc

fetch() {
	timeout 180 mvn -q -B dependency:copy -Dartifact=io.trino:"$1" -DoutputDirectory="$dir/parts" \
		>> "$dir/mvn.log" 2>&1 || skip "Maven could not fetch $1 (see $dir/mvn.log)"
}

install_it() {
	[ ! -e "$dir/whole" ] || return 0
	command -v mvn > /dev/null || skip 'Maven (mvn) is not installed'
	rm -rf "$dir"
	mkdir -p "$dir/parts" "$dir/unpacked"
	fetch trino-server-core:$version:tar.gz
	fetch trino-tpch:$version:zip
	fetch trino-memory:$version:zip
	tar -xzf "$dir/parts/trino-server-core-$version.tar.gz" -C "$dir" --strip-components=1 --no-same-owner
	for plugin in tpch memory; do
		(cd "$dir/unpacked" && "${java%java}jar" xf "$dir/parts/trino-$plugin-$version.zip") ||
			skip 'a plugin could not be unpacked'
		mv "$dir/unpacked/trino-$plugin-$version" "$dir/plugin/$plugin"
	done
	rm -r "$dir/parts"
	chmod -R a+rX "$dir"
	touch "$dir/whole"
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

base64url() {
	base64 -w0 | tr '+/' '-_' | tr -d =
}

# A certificate for 127.0.0.1, one account, one key for tokens, and rules: "limited" sees
# no data, "fixed" sets no session property.
configure() {
	mkdir -p "$work/etc/catalog" "$work/data"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
		-keyout "$work/key.pem" -out "$work/ca.pem" 2> "$work/openssl.log"
	cat "$work/key.pem" "$work/ca.pem" > "$work/server.pem"
	openssl rand -base64 32 | tr -d '\n' > "$work/jwt.key"
	cat > "$work/etc/config.properties" <<-END
		coordinator=true
		node-scheduler.include-coordinator=true
		http-server.http.port=$port
		http-server.https.enabled=true
		http-server.https.port=$tls_port
		http-server.https.keystore.path=$work/server.pem
		http-server.authentication.type=PASSWORD,JWT
		http-server.authentication.jwt.key-file=$work/jwt.key
		http-server.authentication.allow-insecure-over-http=true
		internal-communication.shared-secret=$(openssl rand -hex 32)
		discovery.uri=http://127.0.0.1:$port
		plugin.dir=$dir/plugin
		catalog.config-dir=$work/etc/catalog
		query.max-memory=512MB
		access-control.config-files=$work/etc/access-control.properties
		password-authenticator.config-files=$work/etc/password-authenticator.properties
	END
	echo connector.name=tpch > "$work/etc/catalog/tpch.properties"
	echo connector.name=memory > "$work/etc/catalog/memory.properties"
	cat > "$work/etc/password-authenticator.properties" <<-END
		password-authenticator.name=file
		file.password-file=$work/etc/password.db
	END
	# bcrypt of "s3cret of the test"
	echo "reader:$hash" > "$work/etc/password.db"
	cat > "$work/etc/access-control.properties" <<-END
		access-control.name=file
		security.config-file=$work/etc/rules.json
	END
	cat > "$work/etc/rules.json" <<-END
		{ "catalogs": [
			{ "user": "limited", "catalog": "tpch|memory", "allow": "none" },
			{ "allow": "all" } ],
		  "system_session_properties": [
			{ "user": "fixed", "allow": false },
			{ "allow": true } ] }
	END
}

make_token() {
	head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
	claims=$(printf '{"sub":"reader","exp":%d}' $(($(date +%s) + 3600)) | base64url)
	mac=$(printf '%s.%s' "$head" "$claims" | openssl dgst -sha256 -binary -mac HMAC \
		-macopt hexkey:"$(base64 -d < "$work/jwt.key" | od -An -tx1 -v | tr -d ' \n')" | base64url)
	printf '%s.%s.%s' "$head" "$claims" "$mac" > "$work/token"
	printf 's3cret of the test' > "$work/password"
	printf 'wrong' > "$work/wrong"
	chmod 600 "$work/token" "$work/password" "$work/wrong"
}

start() {
	(cd "$work" && exec $as "$java" -Xmx1500m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \
		--add-modules=jdk.incubator.vector -Djdk.attach.allowAttachSelf=true \
		-Dnode.environment=test -Dnode.id=one -Dnode.data-dir="$work/data" \
		-Dnode.internal-address=127.0.0.1 -Dconfig="$work/etc/config.properties" \
		-cp "$dir/lib/*" io.trino.server.TrinoServer) > "$log" 2>&1 &
	pid=$!
	for i in $(seq 120); do
		! grep -q 'SERVER STARTED' "$log" || return 0
		kill -0 $pid 2> /dev/null || break
		sleep 1
	done
	tail -n 5 "$log"
	skip "it does not start here (see $log)"
}

find_java $java_least || skip "it needs Java $java_least or newer"
install_it
hash='$2y$10$abcdefghijklmnopqrstuuxkeWZYDdkodjUWd5z1FzuAYu1TDUgIu'
begin_work
log=$dir/server.log
port=$(free_port)
tls_port=$(free_port)
configure
to_nobody "$work" "$dir/whole"
# The program under test owns its secrets.
make_token
start
SEXTANT_TEST_TRINO=http://127.0.0.1:$port SEXTANT_TEST_TRINO_TLS=https://127.0.0.1:$tls_port \
	SEXTANT_TEST_TRINO_DIR=$work "$test"
