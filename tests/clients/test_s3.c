/* The s3 kind against the fake of AWS, which the AWS command line accepts
 * (tests/peers/aws.sh): listings, objects, and what goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/registry.h"
#include "tests/support/aws_case.h"
#include "tests/support/client_fixture.h"
#include "tests/support/gzip.h"

static struct aws_fake *fake;
static char url[AWS_CASE_URL];

static int start(void **state)
{
	const struct aws_fake_options options = { .page_keys = 2 };

	(void)state;
	fake = aws_case_start(&options, url);
	aws_case_put(fake, "edi/x/1.edi", "ISA*00\r\nGS*\n\nSE");
	aws_case_put(fake, "edi/x/2 & 3+\xe2\x82\xac.edi", "odd");
	aws_case_put(fake, "edi/x/4.edi", "4");
	aws_case_put(fake, "edi/x/5.edi", "");
	aws_case_put(fake, "edi/x/6.edi", "6");
	aws_case_put(fake, "edi/y/1.edi", "y");
	aws_case_put(fake, "days/2026-01-19/a", "");
	aws_case_put(fake, "days/2026-01-21/b", "");
	aws_case_put(fake, "packed.gz", "\x1f\x8b\x08....");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	aws_case_stop(fake, url);
	return 0;
}

/* One query and what came of it. */
struct trial {
	struct source *source;
	void *conn;
	struct query query;
	struct cancel cancel;
	struct record record;
	struct err e;
};

static const struct param params[] = {
	{ "x", "x" }, { "up", ".." }, { "from", "2026-01-19T05:00:00Z" }, { "to", "2026-01-21T01:00:00Z" },
	{ "object_key", "edi/x/2 & 3+\xe2\x82\xac.edi" }, { "container", "TCNU4410027" },
	{ "last", "edi/x/4.edi" }, { "none", NULL },
};

#define KEYS "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET"

static struct source *usual_source(const char *bucket, const char *region)
{
	return source_make(&s3_ops, "edi", "bucket", bucket, "region", region, "url", url, KEYS, NULL);
}

static void begin_with(struct trial *t, struct source *s, const char *text)
{
	struct err e = { 0 };

	*t = (struct trial){ .source = s };
	t->query = (struct query){ .name = "test", .text = text, .id = "sextant-test", .params = params,
				   .nparams = sizeof(params) / sizeof(params[0]), .deadline = in_ms(20000) };
	record_init(&t->record);
	assert_true(cancel_init(&t->cancel, &e));
	t->conn = s3_ops.open(s, &t->e);
	if (!t->conn)
		fail_msg("%s", t->e.text);
}

static void begin(struct trial *t, const char *text)
{
	begin_with(t, usual_source("files", "us-east-1"), text);
}

static bool go(struct trial *t)
{
	return s3_ops.run(t->conn, &t->query, &t->cancel, &t->record.sink, &t->e);
}

static void end(struct trial *t)
{
	assert_null(strstr(t->e.text, "canary"));
	assert_null(strstr(buf_str(&t->record.sent), "canary"));
	s3_ops.close(t->conn);
	source_free(t->source);
	record_release(&t->record);
	cancel_release(&t->cancel);
}

static void gives(const char *text, const char *rows)
{
	struct trial t;

	begin(&t, text);
	if (!go(&t))
		fail_msg("%s: %s (%s)", text, t.e.text, aws_fake_refusal(fake));
	assert_string_equal(buf_str(&t.record.rows), rows);
	end(&t);
}

/* `rows` NULL: whatever they are. */
static void fails_with(struct source *s, const char *text, enum err_kind kind, bool transient,
		       const char *words, const char *rows)
{
	struct trial t;

	begin_with(&t, s, text);
	assert_false(go(&t));
	if (t.e.kind != kind || t.e.transient != transient || !strstr(t.e.text, words))
		fail_msg("%s, %s: %s", err_word(t.e.kind), t.e.transient ? "transient" : "final", t.e.text);
	if (rows)
		assert_string_equal(buf_str(&t.record.rows), rows);
	end(&t);
}

static void fails(const char *text, enum err_kind kind, bool transient, const char *words,
		  const char *rows)
{
	fails_with(usual_source("files", "us-east-1"), text, kind, transient, words, rows);
}

/* ---- listing ------------------------------------------------------------------------- */

#define LIST_X "list: { prefix: edi/:x/ }\ncolumns: { key: key }\n"

static void all_pages_are_listed(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "list: { prefix: edi/:x/ }\ncolumns: { key: key, file: name, size: size, at: modified, "
	      "tag: etag, kind: storage, container: \":container\", none: \":none\" }\n");
	if (!go(&t))
		fail_msg("%s (%s)", t.e.text, aws_fake_refusal(fake));
	assert_string_equal(buf_str(&t.record.columns), "key|file|size|at|tag|kind|container|none");
#define MORE(tag) "|2026-01-20T08:00:00.000Z|e" tag "|STANDARD|TCNU4410027|<null>\n"
	assert_string_equal(buf_str(&t.record.rows),
			    "edi/x/1.edi|1.edi|15" MORE("15")
			    "edi/x/2 & 3+\xe2\x82\xac.edi|2 & 3+\xe2\x82\xac.edi|3" MORE("3")
			    "edi/x/4.edi|4.edi|1" MORE("1")
			    "edi/x/5.edi|5.edi|0" MORE("0")
			    "edi/x/6.edi|6.edi|1" MORE("1"));
	assert_int_equal(aws_fake_count(fake, "ListObjectsV2"), 3);
	assert_non_null(strstr(buf_str(&t.record.sent), "/files/?encoding-type=url&list-type=2&max-keys=1000"
			       "&prefix=edi%2Fx%2F"));
	assert_non_null(strstr(buf_str(&t.record.sent), "signed by settings access_key and secret_key"));
	end(&t);
}

static void nothing_is_an_answer(void **state)
{
	(void)state;
	gives("list: { prefix: nowhere/ }\ncolumns: { key: key }\n", "");
}

static void days_are_listed_one_by_one(void **state)
{
	(void)state;
	gives("list: { prefix: days/:day/, days: [\":from\", \":to\"] }\ncolumns: { key: key }\n",
	      "days/2026-01-21/b\ndays/2026-01-19/a\n");
	assert_int_equal(aws_fake_count(fake, "ListObjectsV2"), 3);
}

static void a_listing_begins_behind_a_key(void **state)
{
	(void)state;
	gives("list: { prefix: edi/:x/, start_after: \":last\" }\ncolumns: { key: key }\n",
	      "edi/x/5.edi\nedi/x/6.edi\n");
	gives("list: { prefix: edi/y/, start_after: \":none\" }\ncolumns: { key: key }\n", "edi/y/1.edi\n");
}

static void a_listing_without_end_ends(void **state)
{
	(void)state;
	aws_fake_fault(fake, "ListObjectsV2", "same-token");
	fails(LIST_X, ERR_LIMIT, false, "names itself as the next", NULL);
}

static void rows_are_limited(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, LIST_X);
	t.query.max_rows = 3;
	assert_false(go(&t));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_int_equal(t.record.nrows, 3);
	end(&t);
}

static void other_documents_are_no_listing(void **state)
{
	(void)state;
	aws_fake_fault(fake, "", "malformed");
	fails(LIST_X, ERR_DECODE, false, "edi: XML: it ends too early", "");
	aws_fake_fault(fake, "", "body:<Other/>");
	fails(LIST_X, ERR_DECODE, false, "no listing of a bucket", "");
	aws_fake_fault(fake, "", "body:<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>");
	fails(LIST_X, ERR_DECODE, false, "does not say where", "");
	aws_fake_fault(fake, "", "html");
	fails(LIST_X, ERR_DECODE, false, "got text/html (login page?)", "");
}

/* ---- objects ------------------------------------------------------------------------- */

static void lines_are_read(void **state)
{
	(void)state;
	gives("get: { key: edi/:x/1.edi }\ncolumns: { n: line, t: text, c: \":container\" }\n",
	      "1|ISA*00|TCNU4410027\n2|GS*|TCNU4410027\n3||TCNU4410027\n4|SE|TCNU4410027\n");
	gives("get: { key: \":object_key\" }\ncolumns: { k: key, name: name, size: size, at: modified, t: text }\n",
	      "edi/x/2 & 3+\xe2\x82\xac.edi|2 & 3+\xe2\x82\xac.edi|3|2026-01-20T08:00:00Z|odd\n");
	gives("get: { key: edi/:x/1.edi, as: text }\ncolumns: { t: text }\n", "ISA*00\r\nGS*\n\nSE\n");
}

static void an_empty_object_has_no_lines(void **state)
{
	(void)state;
	gives("get: { key: edi/x/5.edi }\ncolumns: { t: text }\n", "");
	gives("get: { key: edi/x/5.edi, as: text }\ncolumns: { s: size, t: text }\n", "0|\n");
}

static void an_object_that_is_not_there_has_no_rows(void **state)
{
	(void)state;
	gives("get: { key: edi/x/nothing, max_bytes: 1 }\ncolumns: { t: text }\n", "");
	gives("get: { key: edi/x/nothing }\ncolumns: { t: text }\n", "");
	assert_int_equal(aws_fake_count(fake, "GetObject"), 2);
}

static void the_first_object_that_is_there_is_read(void **state)
{
	(void)state;
	aws_case_put(fake, "super/line/b-config/2026-01-20/f.edi", "found");
	aws_case_put(fake, "super/line/b-config/2026-01-19/f.edi", "older");
	aws_case_put(fake, "super/line/a-config/2026-01-21/g.edi", "other");
	aws_case_put(fake, "super/line/loose.edi", "no folder");
	gives("get: { key: \"super/line/?/:day/f.edi\", days: [\":from\", \":to\"] }\ncolumns: { k: key, t: text }\n",
	      "super/line/b-config/2026-01-20/f.edi|found\n");
	/* Two folders of the last day, and those of the one before. */
	assert_int_equal(aws_fake_count(fake, "ListObjectsV2"), 2);
	assert_int_equal(aws_fake_count(fake, "GetObject"), 4);
	gives("get: { key: \"super/line/?/:day/h.edi\", days: [\":from\", \":to\"] }\ncolumns: { k: key, t: text }\n",
	      "");
	gives("get: { key: \"nowhere/?/f.edi\" }\ncolumns: { k: key, t: text }\n", "");
}

static void what_is_left_out_is_said(void **state)
{
	static char big[30000];

	memset(big, 'x', sizeof(big));
	(void)state;
	fails("get: { key: edi/x/1.edi, max_bytes: 10 }\ncolumns: { n: line, t: text, s: size }\n", ERR_LIMIT,
	      false, "edi: read the first 10 bytes of 15 bytes, the rest is left out",
	      "1|ISA*00|15\n2|GS|15\n");
	aws_fake_fault(fake, "GetObject", "whole");
	fails("get: { key: edi/x/1.edi, max_bytes: 10 }\ncolumns: { n: line, t: text, s: size }\n", ERR_LIMIT,
	      false, "edi: read the first 10 bytes of 15 bytes, the rest is left out",
	      "1|ISA*00|15\n2|GS|15\n");
	aws_fake_object(fake, "files", "big", big, sizeof(big));
	fails("get: { key: big, as: text, max_bytes: 20000 }\ncolumns: { s: size }\n", ERR_LIMIT, false,
	      "larger than 20000 bytes", "<null>\n");
	aws_fake_fault(fake, "GetObject", NULL);
}

/* ---- packed objects ------------------------------------------------------------------ */

static void put_bytes(const char *key, struct buf *data)
{
	aws_fake_object(fake, "files", key, buf_str(data), data->len);
	buf_release(data);
}

#define GET(key, more) "get: { key: " key more " }\ncolumns: { n: line, t: text, s: size }\n"

static void gzip_is_unpacked(void **state)
{
	struct buf packed = BUF_INIT;

	(void)state;
	gzip_put(&packed, "ISA*00\r\nGS*\n", 12);
	put_bytes("edi/x/7.edi.gz", &packed);
	gives(GET("edi/x/7.edi.gz", ""), "1|ISA*00|35\n2|GS*|35\n");
	assert_int_equal(aws_fake_count(fake, "GetObject"), 2);
	gives(GET("edi/x/7.edi.gz", ", as: text"), "1|ISA*00\r\nGS*\n|35\n");
	gzip_put(&packed, "", 0);
	put_bytes("edi/x/8.gz", &packed);
	gives(GET("edi/x/8.gz", ""), "");
}

/* Its owner said that it is: the first answer is unpacked already. */
static void what_is_stored_as_encoded_is_unpacked(void **state)
{
	struct buf packed = BUF_INIT;

	(void)state;
	gzip_put(&packed, "one\ntwo\n", 8);
	put_bytes("a.encoded", &packed);
	gives(GET("a.encoded", ""), "1|one|31\n2|two|31\n");
	assert_int_equal(aws_fake_count(fake, "GetObject"), 1);
	fails(GET("a.encoded", ", max_bytes: 20"), ERR_LIMIT, false,
	      "edi: unpacked 5 bytes out of 31 bytes, the rest is left out", "1|one|31\n2|t|31\n");
}

/* A part that looks whole is worse than none. */
static void what_cannot_be_unpacked_is_said(void **state)
{
	struct buf packed = BUF_INIT, zip = BUF_INIT;

	(void)state;
	gzip_put(&packed, "one\ntwo\n", 8);
	put_bytes("cut-range.gz", &packed);
	fails(GET("cut-range.gz", ", max_bytes: 20"), ERR_LIMIT, false,
	      "edi: unpacked 5 bytes out of 31 bytes, the rest is left out", "1|one|31\n2|t|31\n");
	gzip_put(&packed, "one\ntwo\n", 8);
	packed.len -= 10;
	put_bytes("cut-file.gz", &packed);
	fails(GET("cut-file.gz", ""), ERR_LIMIT, false,
	      "edi: unpacked 6 bytes out of 21 bytes, the rest cannot be unpacked", "1|one|21\n2|tw|21\n");
	gzip_put(&packed, "one\n", 4);
	gzip_put(&packed, "two\n", 4);
	put_bytes("members.gz", &packed);
	fails(GET("members.gz", ""), ERR_LIMIT, false,
	      "edi: unpacked 4 bytes out of 54 bytes, the rest cannot be unpacked", "1|one|54\n");
	buf_puts(&zip, "PK\x03\x04....");
	put_bytes("a.zip", &zip);
	fails(GET("a.zip", ""), ERR_DECODE, false, "edi: the object is zip, 8 bytes: not unpacked", "");
	fails(GET("packed.gz", ""), ERR_DECODE, false,
	      "edi: the object is gzip, 7 bytes: not unpacked: it is damaged", "");
	aws_fake_fault(fake, "GetObject", "literal");
	fails(GET("members.gz", ""), ERR_DECODE, false,
	      "edi: the object is gzip, 54 bytes: not unpacked: the server does not send it as such", "");
}

static void what_unpacks_without_end_is_cut(void **state)
{
	struct buf packed = BUF_INIT;

	(void)state;
	gzip_zeros(&packed, 100);
	put_bytes("zeros.gz", &packed);
	fails("get: { key: zeros.gz, max_bytes: 1000 }\ncolumns: { s: size, n: line }\n", ERR_LIMIT, false,
	      "edi: unpacked 1000 bytes out of 175 bytes, the rest is left out", "175|1\n");
}

static void a_long_line_is_cut(void **state)
{
	enum { LEN = 1100000 };
	char *big = malloc(LEN);
	struct trial t;

	(void)state;
	assert_non_null(big);
	memset(big, 'x', LEN);
	memcpy(big + LEN - 4, "\nend", 4);
	aws_fake_object(fake, "files", "big", big, LEN);
	begin(&t, "get: { key: big }\ncolumns: { t: text }\n");
	assert_false(go(&t));
	assert_int_equal(t.e.kind, ERR_LIMIT);
	assert_non_null(strstr(t.e.text, "line 1 is longer than 1048576 bytes"));
	assert_int_equal(t.record.nrows, 2);
	assert_int_equal(t.record.rows.len, ROWS_MAX_CELL + strlen("\nend\n"));
	end(&t);
	free(big);
}

/* ---- what goes wrong ----------------------------------------------------------------- */

static void values_cannot_climb(void **state)
{
	(void)state;
	fails("list: { prefix: edi/:up/ }\ncolumns: { key: key }\n", ERR_CONFIG, false,
	      "the value of :up cannot stand in a key", "");
	assert_int_equal(aws_fake_count(fake, ""), 0);
}

static void faults_have_their_class(void **state)
{
	(void)state;
	aws_fake_fault(fake, "", "denied");
	fails(LIST_X, ERR_DENIED, false, "edi: AccessDenied: User: arn:aws:iam::1:user/r", "");
	aws_fake_fault(fake, "", "throttle");
	fails(LIST_X, ERR_QUOTA, true, "SlowDown", "");
	aws_fake_fault(fake, "", "internal");
	fails(LIST_X, ERR_REMOTE, true, "InternalError", "");
	aws_fake_fault(fake, "", NULL);
	fails_with(usual_source("nothing-here", "us-east-1"), LIST_X, ERR_CONFIG, false,
		   "there is no bucket nothing-here", "");
	setenv("TEST_SECRET", "wrong", 1);
	fails(LIST_X, ERR_AUTH, false, "SignatureDoesNotMatch", "");
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	setenv("TEST_ID", "AKIANOBODY", 1);
	fails(LIST_X, ERR_AUTH, false, "InvalidAccessKeyId", "");
	setenv("TEST_ID", AWS_FAKE_ID, 1);
}

/* The request is not repeated there: who signs for a place elsewhere is not known. */
static void another_region_is_advice(void **state)
{
	(void)state;
	aws_fake_fault(fake, "", "moved");
	fails(LIST_X, ERR_CONFIG, false, "the bucket files is in eu-west-1: set sources.edi.region to that", "");
	assert_int_equal(aws_fake_count(fake, ""), 1);
	aws_fake_fault(fake, "", NULL);
	fails_with(usual_source("files", "eu-central-1"), LIST_X, ERR_CONFIG, false,
		   "the bucket files is in us-east-1: set sources.edi.region to that (AuthorizationHeaderMalformed)",
		   "");
}

static void test_P26_a_clock_is_put_right(void **state)
{
	(void)state;
	aws_fake_fault(fake, "", "skew:1500");
	gives("list: { prefix: edi/y/ }\ncolumns: { key: key }\n", "edi/y/1.edi\n");
	assert_int_equal(aws_fake_count(fake, ""), 2);
	gives("list: { prefix: edi/y/ }\ncolumns: { key: key }\n", "edi/y/1.edi\n");
	assert_int_equal(aws_fake_count(fake, ""), 3);
}

static void keys_that_ran_out_are_searched_anew_once(void **state)
{
	(void)state;
	aws_fake_fault(fake, "ListObjectsV2", "expire");
	fails(LIST_X, ERR_AUTH, false, "ExpiredToken", "");
	/* Searched anew once, not for ever. */
	assert_int_equal(aws_fake_count(fake, "ListObjectsV2"), 2);
}

static void a_source_must_make_sense(void **state)
{
	static const struct { const char *bucket, *region, *url, *addressing, *words, *origin; } all[] = {
		{ "files", "eu-west-1", NULL, NULL, NULL, "https://files.s3.eu-west-1.amazonaws.com:443" },
		{ "my.files", "eu-west-1", NULL, NULL, NULL, "https://s3.eu-west-1.amazonaws.com:443" },
		{ "files", "cn-north-1", NULL, "path", NULL, "https://s3.cn-north-1.amazonaws.com.cn:443" },
		{ "files", "eu-west-1", "https://minio:9000/", NULL, NULL, "https://minio:9000" },
		{ "files", "eu-west-1", "https://minio:9000", "virtual", NULL, "https://files.minio:9000" },
		{ "files", "eu-west-1", "http://minio:9000", NULL, "not sent over plain http", NULL },
		{ "files", "eu-west-1", NULL, "both", "addressing must be path or virtual", NULL },
		{ "files", "eu/west", NULL, NULL, "is none of AWS", NULL },
		{ "fi/les", "eu-west-1", NULL, NULL, "no bucket is called \"fi/les\"", NULL },
		{ "f", "eu-west-1", NULL, NULL, "no bucket is called", NULL },
		{ "a..b", "eu-west-1", NULL, NULL, "no bucket is called", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char bucket[16], region[16], place[32], how[16];
		char kb[] = "bucket", kr[] = "region", ku[] = "url", ka[] = "addressing";
		struct setting settings[4] = { { kb, bucket, NULL }, { kr, region, NULL } };
		struct source s = { .name = "edi", .settings = settings, .nsettings = 2 };
		struct err e = { 0 };

		snprintf(bucket, sizeof(bucket), "%s", all[i].bucket);
		snprintf(region, sizeof(region), "%s", all[i].region);
		snprintf(place, sizeof(place), "%s", all[i].url ? all[i].url : "");
		snprintf(how, sizeof(how), "%s", all[i].addressing ? all[i].addressing : "");
		if (*place)
			settings[s.nsettings++] = (struct setting){ ku, place, NULL };
		if (*how)
			settings[s.nsettings++] = (struct setting){ ka, how, NULL };
		if (s3_ops.prepare(&s, &e) != !all[i].words || (all[i].words && !strstr(e.text, all[i].words)))
			fail_msg("%s: %s", all[i].bucket, e.text);
		if (all[i].origin)
			assert_string_equal(s.origin, all[i].origin);
	}
}

static void health_really_asks(void **state)
{
	struct source *s = source_make(&s3_ops, "edi", "bucket", "files", "region", "us-east-1", "url", url,
				       "health_prefix", "edi/", KEYS, NULL);
	struct health h;
	struct err e = { 0 };
	void *conn = s3_ops.open(s, &e);

	(void)state;
	assert_true(s3_ops.check(conn, in_ms(5000), NULL, &h, &e));
	assert_string_equal(h.server, "S3, us-east-1, bucket files");
	assert_string_equal(h.detail, "there are objects under edi/; signed by settings access_key and secret_key");
	aws_fake_fault(fake, "", "denied");
	assert_false(s3_ops.check(conn, in_ms(5000), NULL, &h, &e));
	assert_int_equal(e.kind, ERR_DENIED);
	s3_ops.close(conn);
	source_free(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(all_pages_are_listed),
		CASE(nothing_is_an_answer),
		CASE(days_are_listed_one_by_one),
		CASE(a_listing_begins_behind_a_key),
		CASE(a_listing_without_end_ends),
		CASE(rows_are_limited),
		CASE(other_documents_are_no_listing),
		CASE(lines_are_read),
		CASE(an_empty_object_has_no_lines),
		CASE(an_object_that_is_not_there_has_no_rows),
		CASE(the_first_object_that_is_there_is_read),
		CASE(what_is_left_out_is_said),
		CASE(gzip_is_unpacked),
		CASE(what_is_stored_as_encoded_is_unpacked),
		CASE(what_cannot_be_unpacked_is_said),
		CASE(what_unpacks_without_end_is_cut),
		CASE(a_long_line_is_cut),
		CASE(values_cannot_climb),
		CASE(faults_have_their_class),
		CASE(another_region_is_advice),
		CASE(test_P26_a_clock_is_put_right),
		CASE(keys_that_ran_out_are_searched_anew_once),
		CASE(a_source_must_make_sense),
		CASE(health_really_asks),
	};

	return cmocka_run_group_tests_name("s3", tests, clients_start, clients_stop);
}
