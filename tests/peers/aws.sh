#!/bin/sh
# aws.sh BUILD: our signer and our search for credentials against botocore, our fake of AWS
# against the AWS command line, our client against moto, which checks signatures. They come from
# PyPI (kept in build/peers). Says why and ends with 77 when that or Python is not there.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build}
dir=build/peers/aws
peer=AWS
. tests/peers/peer.inc

fail() {
	echo "FAIL  AWS: $1"
	exit 1
}

pip_install $dir 'moto[server]==5.2.5' awscli boto3
version() {
	$dir/bin/python -c "import importlib.metadata as m; print(m.version('$1'))"
}
echo "botocore $(version botocore), awscli $(version awscli), moto $(version moto)"

work=$(mktemp -d /tmp/sextant-aws-XXXXXX)
fake=
moto=
end() {
	[ -z "$fake" ] || kill "$fake" 2>/dev/null || true
	[ -z "$moto" ] || kill "$moto" 2>/dev/null || true
	rm -rf "$work"
}
trap end EXIT
export HOME="$work" AWS_EC2_METADATA_DISABLED=true AWS_PAGER= AWS_DEFAULT_REGION=us-east-1 AWS_MAX_ATTEMPTS=1

$dir/bin/python tests/peers/aws_sign.py "$build/tests/peers/aws" 500 || fail 'signatures differ'

# The command line believes in the fake.
mkfifo "$work/in" "$work/out"
"$build/tests/tools/aws_fake" 'CREATE TABLE many (n INTEGER);
INSERT INTO many WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2500) SELECT n FROM s;' files a/1 one files a/2 two files 'a/3 é&+' three files a/4 four files a/5 five \
	< "$work/in" > "$work/out" &
fake=$!
exec 8> "$work/in"
read -r word port < "$work/out"
[ "$word" = listening ] || fail 'the fake does not run'
export AWS_ACCESS_KEY_ID=AKIAFAKEFAKEFAKE0001 AWS_SECRET_ACCESS_KEY=canary/secret+7f3aQ
cli() {
	$dir/bin/aws --endpoint-url "http://127.0.0.1:$port" --output text "$@"
}
query='SELECT n FROM many ORDER BY n'
id=$(cli athena start-query-execution --query-string "$query" \
	--result-configuration OutputLocation=s3://r/ --query QueryExecutionId)
! cli athena get-query-results --query-execution-id "$id" 2> "$work/early" || fail 'results before the end'
grep -q 'not yet finished' "$work/early" || fail "early: $(cat "$work/early")"
for state in QUEUED RUNNING SUCCEEDED; do
	said=$(cli athena get-query-execution --query-execution-id "$id" --query QueryExecution.Status.State)
	[ "$said" = "$state" ] || fail "state $said, not $state"
done
rows=$(cli athena get-query-results --query-execution-id "$id" --query 'ResultSet.Rows[].Data[0].VarCharValue' |
	tr '\t' '\n' | grep -c .)
[ "$rows" = 2501 ] || fail "the command line got $rows lines of 2501"
second=$(cli athena start-query-execution --query-string "$query" --work-group w --query QueryExecutionId)
cli athena stop-query-execution --query-execution-id "$second"
said=$(cli athena get-query-execution --query-execution-id "$second" --query QueryExecution.Status.State)
[ "$said" = CANCELLED ] || fail "stopped, but $said"
key=$(cli sts assume-role --role-arn arn:aws:iam::123456789012:role/reader --role-session-name peer \
	--query Credentials.AccessKeyId)
case $key in ASIA*) ;; *) fail "a role gave $key" ;; esac
! AWS_SECRET_ACCESS_KEY=wrong cli athena get-query-execution --query-execution-id "$id" 2> "$work/wrong" ||
	fail 'a wrong secret was taken'
grep -q InvalidSignatureException "$work/wrong" || fail "wrong secret: $(cat "$work/wrong")"
keys=$(cli s3api list-objects-v2 --bucket files --prefix a/ --query 'Contents[].Key' | tr '\t\n' '||')
[ "$keys" = 'a/1|a/2|a/3 é&+|a/4|a/5|' ] || fail "the command line listed $keys"
cli s3api get-object --bucket files --key 'a/3 é&+' --range bytes=1-3 "$work/object" > "$work/said"
[ "$(cat "$work/object")" = hre ] || fail "the command line read $(cat "$work/object")"
! cli s3api get-object --bucket files --key a/6 "$work/object" 2> "$work/none" || fail 'an object from nowhere'
grep -q NoSuchKey "$work/none" || fail "no key: $(cat "$work/none")"
! AWS_SECRET_ACCESS_KEY=wrong cli s3api list-objects-v2 --bucket files 2> "$work/wrong" ||
	fail 'S3 took a wrong secret'
grep -q SignatureDoesNotMatch "$work/wrong" || fail "wrong secret: $(cat "$work/wrong")"
said=$(cli secretsmanager get-secret-value --secret-id prod/redshift --query SecretString)
case $said in *canary-1*) ;; *) fail "a secret was $said" ;; esac
! cli secretsmanager get-secret-value --secret-id none 2> "$work/none" || fail 'a secret from nowhere'
grep -q ResourceNotFoundException "$work/none" || fail "no secret: $(cat "$work/none")"
for what in 'redshift get-cluster-credentials --db-user a --cluster-identifier c1|IAM:a' \
	'redshift get-cluster-credentials-with-iam --cluster-identifier c1|IAMR:worker'; do
	# The words of a command.
	# shellcheck disable=SC2086
	said=$(cli ${what%|*} --query '[DbUser, Expiration]')
	case $said in "${what#*|}"*20??-??-??T*) ;; *) fail "Redshift issued $said" ;; esac
done
said=$(cli redshift-serverless get-credentials --workgroup-name reports --query '[dbUser, expiration]')
case $said in IAMR:serverless*[0-9]*) ;; *) fail "Redshift Serverless issued $said" ;; esac
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
echo "the AWS command line takes the fake for Athena, STS, S3, Secrets Manager and Redshift"

# We find whom AWS's own tools find.
mkdir "$work/chain"
timeout 300 $dir/bin/python tests/peers/aws_chain.py "$build/tests/peers/aws" "http://127.0.0.1:$port" "$work/chain" 200 ||
	fail 'others sign than with botocore'

# moto believes in us.
INITIAL_NO_AUTH_ACTION_COUNT=3 $dir/bin/moto_server -H 127.0.0.1 -p 0 > "$work/moto" 2>&1 &
moto=$!
url=
tries=0
while [ -z "$url" ] && [ $tries -lt 300 ]; do
	url=$(sed -n 's|.*Running on \(http://127[^ ]*\).*|\1|p' "$work/moto" | head -n 1)
	tries=$((tries + 1))
	sleep 0.1
done
[ -n "$url" ] || fail "moto does not start: $(tail -n 3 "$work/moto")"
$dir/bin/python tests/peers/aws_moto.py "$url" > "$work/keys"
read -r TEST_ID TEST_SECRET role < "$work/keys"
export TEST_ID TEST_SECRET
athena='region us-east-1 database default output_location s3://results/'
want='a|b
1|<null>'
for more in '' "sts_url $url role_arn $role"; do
	# The words are settings.
	# shellcheck disable=SC2086
	said=$("$build/tests/peers/aws" ask athena "$url" 'SELECT a, b FROM t' $athena $more) || fail "moto: $said"
	[ "$said" = "$want" ] || fail "moto gave: $said"
done
# The words are settings.
# shellcheck disable=SC2086
! said=$(TEST_SECRET=wrong "$build/tests/peers/aws" ask athena "$url" 'SELECT 1' $athena) ||
	fail 'moto took a wrong secret'
case $said in *SignatureDoesNotMatch*) ;; *) fail "moto refused otherwise: $said" ;; esac
secret() {
	"$build/tests/peers/aws" secret "$url" "$@" user analyst
}
said=$(secret 'secretsmanager:prod/redshift#password') || fail "moto: $said"
[ "$said" = 'reader canary-1' ] || fail "moto gave the secret $said"
! said=$(secret secretsmanager:none) || fail 'a secret of moto from nowhere'
case $said in *'there is no secret none'*) ;; *) fail "moto has no secret: $said" ;; esac
! said=$(TEST_SECRET=wrong secret secretsmanager:prod/redshift) || fail 'moto gave a secret away'
said=$(secret redshift_iam: iam cluster cluster_id c1) || fail "moto: $said"
case $said in 'IAM:analyst '?*) ;; *) fail "moto issued $said" ;; esac
! said=$(secret redshift_iam: iam cluster cluster_id c2) || fail 'a cluster of moto from nowhere'
case $said in *ClusterNotFound*) ;; *) fail "moto has no cluster: $said" ;; esac
. tests/peers/s3_trials.inc
s3_trials "$build/tests/peers/aws" "$url" us-east-1 moto
echo "moto verified our signatures: Athena, STS, S3, Secrets Manager, Redshift credentials"
