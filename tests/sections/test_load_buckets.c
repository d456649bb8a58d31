/* The queries of the load sections that ask S3, against the fake of AWS: which keys they
 * ask for, and that what comes is what the sections take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/registry.h"
#include "sections/config_parts.h"
#include "tests/support/aws_case.h"
#include "tests/support/client_fixture.h"

static struct aws_fake *fake;
static char url[AWS_CASE_URL];

static int start(void **state)
{
	const struct aws_fake_options options = { .page_keys = 2 };

	(void)state;
	fake = aws_case_start(&options, url);
	aws_case_put(fake, "edi/ea315/halcyon-line/2026-01-15/too-early.edi", "x");
	aws_case_put(fake, "edi/ea315/halcyon-line/2026-01-16/a.edi", "ISA~");
	aws_case_put(fake, "edi/ea315/halcyon-line/2026-01-18/b.edi", "ISA~GS~");
	aws_case_put(fake, "edi/ea315/halcyon-line/2026-01-18/c.edi", "");
	aws_case_put(fake, "edi/ea315/kestrel/2026-01-18/d.edi", "others'");
	aws_case_put(fake, "super_files/halcyon-line/sftp-updates/2026-01-17/f.csv", "one\ntwo\n");
	aws_case_put(fake, "super_files/halcyon-line/other/2026-01-18/g.csv", "no");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	aws_case_stop(fake, url);
	return 0;
}

static const struct param params[] = {
	{ "carrier_id", "halcyon-line" }, { "container_number", "HLXU8120447" }, { "booking_number", "HLC1" },
	{ "bol_number", NULL }, { "load_number", "NB-1" }, { "from", "2026-01-16T10:00:00Z" },
	{ "to", "2026-01-18T23:00:00Z" }, { "edi_around", "2026-01-18T05:00:00Z" },
	{ "edi_key", "edi/ea315/halcyon-line/2026-01-18/b.edi" }, { "edi_file", "f.csv" },
	{ "edi_received", NULL }, { "edi_processed", "2026-01-17T00:10:00Z" }, { "original_file", "f.csv" },
	{ "original_record", "2" }, { "original_received", "2026-01-17T23:59:00Z" },
	{ "original_processed", "2026-01-18T00:01:00Z" },
};

static void gives(const char *query, const char *columns, const char *rows)
{
	struct source *s = source_make(&s3_ops, "edi", "bucket", "files", "region", "us-east-1", "url", url,
				       "access_key", "env:TEST_ID", "secret_key", "env:TEST_SECRET", NULL);
	char path[80];
	const struct embedded *text;
	struct query q = { .name = query, .id = "test", .params = params,
			   .nparams = sizeof(params) / sizeof(params[0]), .deadline = in_ms(20000) };
	struct record r;
	struct err e = { 0 };
	void *conn = s3_ops.open(s, &e);

	snprintf(path, sizeof(path), "sections/queries/s3/%s.yaml", query);
	text = embedded_find(path);
	assert_non_null(text);
	q.text = text->data;
	record_init(&r);
	if (!s3_ops.run(conn, &q, NULL, &r.sink, &e))
		fail_msg("%s: %s", query, e.text);
	assert_string_equal(buf_str(&r.columns), columns);
	assert_string_equal(buf_str(&r.rows), rows);
	record_release(&r);
	s3_ops.close(conn);
	source_free(s);
}

#define FILE_COLUMNS "object_key|file_name|size|last_modified|storage"
#define STORED "|2026-01-20T08:00:00.000Z|STANDARD\n"
#define OF_18 "edi/ea315/halcyon-line/2026-01-18/b.edi|b.edi|7" STORED \
	      "edi/ea315/halcyon-line/2026-01-18/c.edi|c.edi|0" STORED

static void the_carriers_files_of_those_days(void **state)
{
	(void)state;
	gives("edi_files", FILE_COLUMNS, OF_18 "edi/ea315/halcyon-line/2026-01-16/a.edi|a.edi|4" STORED);
	gives("edi_files_around", FILE_COLUMNS, OF_18);
}

static void one_file_and_what_the_load_is_known_by(void **state)
{
	(void)state;
	gives("edi_315", "object_key|elements|container|booking|bol|load_number",
	      "edi/ea315/halcyon-line/2026-01-18/b.edi|ISA~GS~|HLXU8120447|HLC1|<null>|NB-1\n");
}

/* In whichever folder, on the day it came or on that on which it was read. */
static void the_original_of_a_record(void **state)
{
	(void)state;
	gives("carrier_edi", "object_key|elements|container|booking|bol|load_number",
	      "super_files/halcyon-line/sftp-updates/2026-01-17/f.csv|one\ntwo\n|HLXU8120447|HLC1|<null>|NB-1\n");
	gives("carrier_original", "object_key|stored_at|text|record|container|booking|bol|load_number",
	      "super_files/halcyon-line/sftp-updates/2026-01-17/f.csv|2026-01-20T08:00:00Z|one\ntwo\n|2|HLXU8120447"
	      "|HLC1|<null>|NB-1\n");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(the_carriers_files_of_those_days),
		CASE(one_file_and_what_the_load_is_known_by),
		CASE(the_original_of_a_record),
	};

	return cmocka_run_group_tests_name("load_buckets", tests, clients_start, clients_stop);
}
