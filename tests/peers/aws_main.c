/* Our signer, our search for credentials and our client, for tests/peers/aws.sh to compare and to try.
 *
 *   aws sign            requests as JSON, one a line; their signatures, one a line
 *   aws chain [KEY VALUE]...: who signs for a source of the kind athena with these settings:
 *                       the access key's id and the token, or the error and ends with 1
 *   aws ask KIND URL QUERY [KEY VALUE]...: of the kind athena or s3, with further settings;
 *                       the keys are in TEST_ID and TEST_SECRET. Prints the rows, or the
 *                       error and ends with 1
 *   aws secret URL REFERENCE [KEY VALUE]...: what the reference of a source of the kind
 *                       postgres stands for: its user and secret */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/aws_chain.h"
#include "clients/registry.h"
#include "clients/secret_settings.h"
#include "clients/secrets.h"
#include "clients/sigv4.h"
#include "tests/support/client_fixture.h"
#include "tests/support/collect.h"

enum { HEADERS_MAX = 16, PAIRS_MAX = 32 };

static const char *text(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void sign_line(const char *line)
{
	json_t *o = json_loads(line, 0, NULL), *list = json_object_get(o, "headers");
	struct sigv4_header headers[HEADERS_MAX];
	struct sigv4_request r = {
		.method = text(o, "method"), .path = text(o, "path"), .query = text(o, "query"),
		.headers = headers, .body = text(o, "body"), .body_len = strlen(text(o, "body")),
		.region = text(o, "region"), .service = text(o, "service"),
		.s3 = json_is_true(json_object_get(o, "s3")),
		.now = json_integer_value(json_object_get(o, "time")) * USEC_SEC,
	};
	const struct sigv4_signer who = {
		text(o, "id"), text(o, "secret"), strlen(text(o, "secret")), text(o, "token"),
	};
	static struct sigv4_key key;
	struct buf lines = BUF_INIT;
	struct err e = { 0 };

	for (; r.nheaders < json_array_size(list) && r.nheaders < HEADERS_MAX; r.nheaders++) {
		json_t *pair = json_array_get(list, r.nheaders);

		headers[r.nheaders].name = json_string_value(json_array_get(pair, 0));
		headers[r.nheaders].value = json_string_value(json_array_get(pair, 1));
	}
	if (sigv4_sign(&key, &r, &who, &lines, &e))
		printf("%s", strstr(buf_str(&lines), "Authorization: "));
	else
		printf("%s\n", e.text);
	buf_release(&lines);
	json_decref(o);
}

static int sign_all(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0)
		sign_line(line);
	free(line);
	return 0;
}

/* Settings behind the first `at` words. */
static void add_pairs(const char *pairs[static PAIRS_MAX], size_t at, int n, char **words)
{
	for (int i = 0; i < n && at < PAIRS_MAX - 1; i++)
		pairs[at++] = words[i];
}

static int chain(int n, char **words)
{
	const char *pairs[PAIRS_MAX] = { "region", "us-east-1", "output_location", "s3://r/" };
	struct aws_identity who = AWS_IDENTITY_INIT;
	struct source s;
	struct err e = { 0 };
	bool ok;

	add_pairs(pairs, 4, n, words);
	ok = source_init(&s, "athena", &athena_ops, pairs, &e) && aws_chain(&s, &who, in_ms(30000), NULL, &e);
	printf("%s %s\n", ok ? who.id : e.text, ok && who.token.data ? who.token.data : "");
	aws_identity_release(&who);
	source_release(&s);
	return ok ? 0 : 1;
}

static int ask(const struct client_ops *ops, int n, char **words)
{
	const char *pairs[PAIRS_MAX] = {
		"url", words[0], "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET",
	};
	const struct query q = { .name = "peer", .text = words[1], .id = "sextant-peer",
				 .deadline = in_ms(30000) };
	struct source s;
	struct record r;
	struct err e = { 0 };
	void *conn;
	bool ok;

	add_pairs(pairs, 6, n - 2, words + 2);
	if (!source_init(&s, ops->kind, ops, pairs, &e) || !(conn = ops->open(&s, &e))) {
		printf("%s\n", e.text);
		return 1;
	}
	record_init(&r);
	ok = ops->run(conn, &q, NULL, &r.sink, &e);
	printf("%s\n%s%s%s", buf_str(&r.columns), buf_str(&r.rows), e.text, ok ? "" : "\n");
	record_release(&r);
	ops->close(conn);
	source_release(&s);
	return ok ? 0 : 1;
}

/* What a reference of a source with these settings stands for. */
static int secret(int n, char **words)
{
	const char *block[] = { "region", "us-east-1", "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET",
				"secretsmanager_url", words[0], NULL };
	const char *pairs[PAIRS_MAX] = {
		"iam_url", words[0], "host", "127.0.0.1", "database", "dev", "region", "us-east-1",
	};
	struct login l = LOGIN_INIT;
	struct source aws, s;
	struct err e = { 0 };
	bool ok;

	add_pairs(pairs, 8, n - 2, words + 2);
	ok = source_init(&aws, "aws", &aws_store_ops, block, &e) &&
	     source_init(&s, "redshift", &postgres_ops, pairs, &e);
	if (ok) {
		s.aws = &aws;
		ok = secrets_get(&s, words[1], &l, in_ms(30000), NULL, &e);
	}
	printf("%s %s%s\n", l.user, l.secret.data ? l.secret.data : "", e.text);
	secrets_close(0);
	login_release(&l);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct err e = { 0 };

	if (!clients_init(&e))
		return 1;
	if (argc == 2 && strcmp(argv[1], "sign") == 0)
		return sign_all();
	if (argc >= 2 && strcmp(argv[1], "chain") == 0)
		return chain(argc - 2, argv + 2);
	if (argc >= 5 && strcmp(argv[1], "ask") == 0 && client_find(argv[2]))
		return ask(client_find(argv[2]), argc - 3, argv + 3);
	if (argc >= 4 && strcmp(argv[1], "secret") == 0)
		return secret(argc - 2, argv + 2);
	fprintf(stderr, "aws: sign, chain [KEY VALUE]..., secret URL REFERENCE [KEY VALUE]..., or ask KIND URL QUERY [KEY VALUE]...\n");
	return 2;
}
