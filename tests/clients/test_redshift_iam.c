/* Temporary credentials of Redshift: issued by the fake of AWS, which makes the users in a
 * real PostgreSQL with the same time to live, behind the stand-in for Redshift. */
#include "clients/redshift_iam.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "clients/registry.h"
#include "clients/secret_settings.h"
#include "clients/secrets.h"
#include "tests/support/aws_fake.h"
#include "tests/support/client_fixture.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redshift_proxy.h"

static struct postgres_server server;

/* As Redshift does it: the same user gets another password. For how long is the test's
 * business: a slow machine must not be late for a short one. */
static void issue(void *ctx, const char *user, const char *password, unsigned seconds)
{
	struct err e = { 0 };
	char sql[600];

	(void)ctx;
	(void)seconds;
	snprintf(sql, sizeof(sql), "DO $$ BEGIN CREATE ROLE \"%s\" LOGIN IN ROLE analyst; EXCEPTION WHEN "
		 "duplicate_object THEN NULL; END $$", user);
	if (!postgres_exec(&server, sql, &e))
		fprintf(stderr, "%s\n", e.text);
	snprintf(sql, sizeof(sql), "ALTER ROLE \"%s\" PASSWORD '%s' VALID UNTIL 'infinity'", user, password);
	if (!postgres_exec(&server, sql, &e))
		fprintf(stderr, "%s\n", e.text);
}

struct fixture {
	struct redshift_proxy proxy;
	struct aws_fake *aws;
	struct source *block, *source;
	struct cancel cancel;
	struct record record;
	char url[64];
	void *conn;
	struct err e;
};

static void begin(struct fixture *f, unsigned seconds, const char *iam, const char *name)
{
	const struct aws_fake_options options = { .key_seconds = seconds, .issue = issue };

	*f = (struct fixture){ .conn = NULL };
	f->aws = aws_fake_start(&options, &f->e);
	if (!f->aws || !redshift_proxy_start(&f->proxy, server.port, 0, true))
		fail_msg("%s", f->e.text);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u", aws_fake_port(f->aws));
	f->block = source_make(&aws_store_ops, "aws", "region", "us-east-1", "access_key", "env:TEST_ID",
			       "secret_key", "env:TEST_SECRET", "sts_url", f->url, NULL);
	f->source = source_make(&postgres_ops, "redshift", "host", "127.0.0.1", "port", f->proxy.wire.port_text,
				"user", "analyst", "database", "postgres", "sslmode", "disable", "iam", iam,
				strcmp(iam, "serverless") == 0 ? "workgroup" : "cluster_id", name, "region",
				"us-east-1", "iam_url", f->url, NULL);
	f->source->aws = f->block;
	assert_true(cancel_init(&f->cancel, &f->e));
	record_init(&f->record);
	f->conn = postgres_ops.open(f->source, &f->e);
}

static void end(struct fixture *f)
{
	postgres_ops.close(f->conn);
	secrets_close(0);
	redshift_proxy_stop(&f->proxy);
	aws_fake_stop(f->aws);
	record_release(&f->record);
	cancel_release(&f->cancel);
	source_free(f->source);
	source_free(f->block);
}

static bool ask_with(struct fixture *f, void *conn)
{
	const struct query q = { .name = "q", .text = "SELECT current_user", .id = "x-1", .deadline = in_ms(15000) };
	bool ok;

	record_release(&f->record);
	record_init(&f->record);
	f->e = (struct err){ 0 };
	secrets_begin();
	ok = postgres_ops.run(conn, &q, &f->cancel, &f->record.sink, &f->e);
	if (strstr(f->e.text, "canary") || strstr(buf_str(&f->record.sent), "canary"))
		fail_msg("a secret: %s, %s", f->e.text, buf_str(&f->record.sent));
	return ok;
}

static void user_is(struct fixture *f, void *conn, const char *user)
{
	char want[80];

	if (!ask_with(f, conn))
		fail_msg("%s (%s)", f->e.text, aws_fake_refusal(f->aws));
	snprintf(want, sizeof(want), "%s\n", user);
	assert_string_equal(buf_str(&f->record.rows), want);
}

/* ---- logging in ------------------------------------------------------------------------ */

static void the_user_that_comes_back_logs_in(void **state)
{
	static const struct { const char *iam, *name, *user, *operation; } cases[] = {
		{ "cluster", "c1", "IAM:analyst", "GetClusterCredentials" },
		{ "cluster-iam", "c1", "IAMR:worker", "GetClusterCredentialsWithIAM" },
		{ "serverless", "reports", "IAMR:serverless", "GetCredentials" },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(&f, 900, cases[i].iam, cases[i].name);
		user_is(&f, f.conn, cases[i].user);
		user_is(&f, f.conn, cases[i].user);
		assert_int_equal(aws_fake_count(f.aws, cases[i].operation), 1);
		end(&f);
	}
}

static void connections_share_what_was_issued(void **state)
{
	struct fixture f;
	void *more[3];

	(void)state;
	begin(&f, 900, "cluster", "c1");
	for (size_t i = 0; i < 3; i++) {
		more[i] = postgres_ops.open(f.source, &f.e);
		user_is(&f, more[i], "IAM:analyst");
	}
	assert_int_equal(aws_fake_count(f.aws, ""), 1);
	for (size_t i = 0; i < 3; i++)
		postgres_ops.close(more[i]);
	end(&f);
}

/* Only new connections need new ones. */
static void sessions_outlive_their_credentials(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 2, "cluster", "c1");
	user_is(&f, f.conn, "IAM:analyst");
	assert_true(postgres_exec(&server, "ALTER ROLE \"IAM:analyst\" VALID UNTIL '2000-01-01'", &f.e));
	user_is(&f, f.conn, "IAM:analyst");
	assert_int_equal(aws_fake_count(f.aws, ""), 1);
	/* What was issued for two seconds is asked for again before these are over. */
	for (int i = 0; i < 200 && aws_fake_count(f.aws, "") < 2; i++) {
		void *other = postgres_ops.open(f.source, &f.e);

		ask_with(&f, other);
		postgres_ops.close(other);
		poll(NULL, 0, 20);
	}
	assert_int_equal(aws_fake_count(f.aws, ""), 2);
	assert_int_equal(f.e.kind, ERR_NONE);
	user_is(&f, f.conn, "IAM:analyst");
	end(&f);
}

/* They were replaced behind our back: refused once, asked for once. */
static void test_P25_refused_ones_are_issued_again_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 900, "cluster", "c1");
	user_is(&f, f.conn, "IAM:analyst");
	assert_true(postgres_exec(&server, "ALTER ROLE \"IAM:analyst\" PASSWORD 'another'", &f.e));
	postgres_ops.close(f.conn);
	f.conn = postgres_ops.open(f.source, &f.e);
	assert_false(ask_with(&f, f.conn));
	assert_int_equal(f.e.kind, ERR_AUTH);
	assert_true(secrets_again(f.source, in_ms(10000), &f.cancel, &f.e));
	user_is(&f, f.conn, "IAM:analyst");
	assert_int_equal(aws_fake_count(f.aws, ""), 2);
	end(&f);
}

/* ---- what goes wrong ------------------------------------------------------------------- */

static void fails(struct fixture *f, enum err_kind kind, bool transient, const char *words)
{
	assert_false(ask_with(f, f->conn));
	if (f->e.kind != kind || f->e.transient != transient || !strstr(f->e.text, words))
		fail_msg("%s, %s: %s", err_word(f->e.kind), f->e.transient ? "transient" : "final", f->e.text);
}

static void refusals_have_kinds(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 900, "cluster", "c1");
	aws_fake_fault(f.aws, "GetClusterCredentials", "denied*1");
	fails(&f, ERR_DENIED, false, "redshift: its IAM credentials: aws: AccessDenied");
	aws_fake_fault(f.aws, "GetClusterCredentials", "throttle*1");
	fails(&f, ERR_QUOTA, true, "aws: Throttling");
	aws_fake_fault(f.aws, "GetClusterCredentials", "internal*1");
	fails(&f, ERR_REMOTE, true, "InternalServerException");
	aws_fake_fault(f.aws, "GetClusterCredentials", "drop*1");
	fails(&f, ERR_NETWORK, true, "aws: ");
	aws_fake_fault(f.aws, "GetClusterCredentials", "body:<a/>*1");
	fails(&f, ERR_DECODE, false, "the answer has no DbUser");
	aws_fake_fault(f.aws, "GetClusterCredentials", "html*1");
	fails(&f, ERR_DECODE, false, "");
	user_is(&f, f.conn, "IAM:analyst");
	end(&f);
}

static void what_does_not_exist_is_a_setting(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 900, "cluster-iam", "c2");
	fails(&f, ERR_CONFIG, false, "aws: ClusterNotFound: Cluster c2 not found.");
	end(&f);
	begin(&f, 900, "serverless", "other");
	fails(&f, ERR_CONFIG, false, "aws: ResourceNotFoundException");
	end(&f);
}

/* The keys of the block would sign as somebody else. */
static void a_profile_of_the_source_comes_first(void **state)
{
	struct fixture f;
	struct source *plain;
	void *conn;

	(void)state;
	begin(&f, 900, "cluster", "c1");
	plain = f.source;
	f.source = source_make(&postgres_ops, "redshift", "host", "127.0.0.1", "port", f.proxy.wire.port_text,
			       "user", "analyst", "database", "postgres", "sslmode", "disable", "iam", "cluster",
			       "cluster_id", "c1", "region", "us-east-1", "iam_url", f.url, "profile", "nosuch",
			       NULL);
	f.source->aws = f.block;
	conn = f.conn;
	f.conn = postgres_ops.open(f.source, &f.e);
	fails(&f, ERR_CONFIG, false, "nosuch: there is no such profile");
	assert_int_equal(aws_fake_count(f.aws, ""), 0);
	postgres_ops.close(conn);
	source_free(plain);
	end(&f);
}

static void a_wrong_key_is_refused_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 900, "cluster", "c1");
	setenv("TEST_SECRET", "wrong", 1);
	fails(&f, ERR_AUTH, false, "SignatureDoesNotMatch");
	assert_int_equal(aws_fake_count(f.aws, ""), 1);
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	user_is(&f, f.conn, "IAM:analyst");
	end(&f);
}

static void settings_are_checked(void **state)
{
	static const char *const cases[][9] = {
		{ "iam", "magic", "region", "us-east-1", "user", "a", NULL, NULL, "is none of cluster" },
		{ "iam", "cluster", "region", "us-east-1", "user", "a", NULL, NULL, "no cluster_id: set sources.w.cluster_id" },
		{ "iam", "serverless", "region", "us-east-1", NULL, NULL, NULL, NULL, "no workgroup: set" },
		{ "iam", "serverless", "workgroup", "reports", NULL, NULL, NULL, NULL, "no region: set sources.w.region" },
		{ "iam", "serverless", "workgroup", "reports", "region", "Moon!", NULL, NULL, "the region \"Moon!\"" },
		{ "iam", "cluster", "cluster_id", "c", "region", "us-east-1", NULL, NULL, "no user: set sources.w.user" },
		{ "iam", "cluster", "cluster_id", "c", "password", "env:X", NULL, NULL, "exclude each other" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const *c = cases[i];
		struct source *s = source_make(NULL, "w", "host", "h", "database", "d", c[0], c[1], c[2], c[3], c[4], c[5],
					       c[6], c[7], NULL);
		struct err e = { 0 };

		assert_false(postgres_ops.prepare(s, &e));
		if (!strstr(e.text, c[8]))
			fail_msg("%s", e.text);
		source_free(s);
	}
}

/* ---- answers --------------------------------------------------------------------------- */

#define NOW (INT64_C(1700000000) * USEC_SEC)

static void json_answers(void **state)
{
	static const struct { const char *text; usec lasts; } cases[] = {
		{ "{\"dbUser\":\"IAMR:x\",\"dbPassword\":\"p\",\"expiration\":1700000900}", 900 * USEC_SEC },
		{ "{\"dbUser\":\"IAMR:x\",\"dbPassword\":\"p\",\"expiration\":1.7000009E9}", 900 * USEC_SEC },
		{ "{\"dbUser\":\"IAMR:x\",\"dbPassword\":\"p\",\"expiration\":1699999999}", 0 },
		{ "{\"dbUser\":\"IAMR:x\",\"dbPassword\":\"p\",\"expiration\":\"soon\"}", 0 },
		{ "{\"dbUser\":\"IAMR:x\",\"dbPassword\":\"p\",\"expiration\":1e300}", 0 },
		{ "{\"dbUser\":\"\",\"dbPassword\":\"p\",\"expiration\":1700000900}", 0 },
		{ "{\"dbUser\":\"IAMR:x\",\"dbPassword\":\"\",\"expiration\":1700000900}", 0 },
		{ "{\"dbUser\":\"a\\u0000b\",\"dbPassword\":\"p\",\"expiration\":1700000900}", 0 },
		{ "{}", 0 }, { "[]", 0 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct issued out = { .lasts = 0 };
		struct err e = { 0 };
		bool ok = redshift_iam_read_json(cases[i].text, strlen(cases[i].text), NOW, &out, &e);

		if (ok != (cases[i].lasts > 0) || (ok && out.lasts != cases[i].lasts))
			fail_msg("%s: %s", cases[i].text, e.text);
		issued_release(&out);
	}
}

static void xml_answers(void **state)
{
	static const char action[] = "GetClusterCredentials";
	static const char good[] =
		"<GetClusterCredentialsResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\">"
		"<GetClusterCredentialsResult><DbUser>IAM:a&amp;b</DbUser><DbPassword>p&lt;</DbPassword>"
		"<Expiration>2023-11-14T22:28:20.000Z</Expiration></GetClusterCredentialsResult>"
		"</GetClusterCredentialsResponse>";
	struct issued out = { .lasts = 0 };
	struct err e = { 0 };

	(void)state;
	assert_true(redshift_iam_read_xml(good, strlen(good), action, NOW, &out, &e));
	assert_string_equal(out.user, "IAM:a&b");
	assert_string_equal(out.secret.data, "p<");
	assert_int_equal(out.lasts, 900 * USEC_SEC);
	issued_release(&out);
	for (size_t len = 0; len < strlen(good); len++) {
		assert_false(redshift_iam_read_xml(good, len, action, NOW, &out, &e));
		issued_release(&out);
	}
	assert_false(redshift_iam_read_xml(good, strlen(good), "GetClusterCredentialsWithIAM", NOW, &out, &e));
	issued_release(&out);
}

static int start(void **state)
{
	struct err e = { 0 };

	clients_start(state);
	aws_fake_account();
	if (postgres_start(&server, &e))
		return 0;
	fprintf(stderr, "%s\n", e.text);
	return -1;
}

static int stop(void **state)
{
	postgres_stop(&server);
	return clients_stop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_user_that_comes_back_logs_in),
		cmocka_unit_test(connections_share_what_was_issued),
		cmocka_unit_test(sessions_outlive_their_credentials),
		cmocka_unit_test(test_P25_refused_ones_are_issued_again_once),
		cmocka_unit_test(refusals_have_kinds),
		cmocka_unit_test(what_does_not_exist_is_a_setting),
		cmocka_unit_test(a_profile_of_the_source_comes_first),
		cmocka_unit_test(a_wrong_key_is_refused_once),
		cmocka_unit_test(settings_are_checked),
		cmocka_unit_test(json_answers),
		cmocka_unit_test(xml_answers),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
