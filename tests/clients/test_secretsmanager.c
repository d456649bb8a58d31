/* Secrets of AWS Secrets Manager, from the fake of AWS, which checks every signature and
 * its service. */
#include "clients/secretsmanager.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "clients/secret_settings.h"
#include "clients/secrets.h"
#include "clients/skew.h"
#include "tests/support/aws_case.h"
#include "tests/support/client_fixture.h"
#include "tests/support/secret_case.h"

#define NAME "prod/redshift"
#define ARN  "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/redshift-AbCdEf"

struct fixture {
	struct aws_fake *aws;
	struct source *block, *source;
	char url[AWS_CASE_URL];
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){ .aws = NULL };
	f->aws = aws_case_start(&(struct aws_fake_options){ .port = 0 }, f->url);
	f->block = source_make(&aws_store_ops, "aws", "region", "us-east-1", "access_key", "env:TEST_ID",
			       "secret_key", "env:TEST_SECRET", "secretsmanager_url", f->url, NULL);
	f->source = source_make(NULL, "redshift", NULL);
	f->source->aws = f->block;
	aws_fake_put_secret(f->aws, NAME, "{\"username\":\"reader\",\"password\":\"canary-1\",\"port\":5439}", NULL);
}

static void end(struct fixture *f)
{
	secrets_close(0);
	aws_case_stop(f->aws, f->url);
	source_free(f->source);
	source_free(f->block);
}

static void texts_and_fields(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_gives(f.source, "secretsmanager:" NAME "#password", "canary-1", "reader");
	secret_gives(f.source, "secretsmanager:" NAME "#port", "5439", "reader");
	secret_gives(f.source, "secretsmanager:" ARN "#password", "canary-1", "reader");
	aws_fake_put_secret(f.aws, "plain", "canary plain text", NULL);
	secret_gives(f.source, "secretsmanager:plain", "canary plain text", "");
	aws_fake_put_secret(f.aws, "binary", NULL, "eyJwYXNzd29yZCI6ImNhbmFyeS1iIn0=");
	secret_gives(f.source, "secretsmanager:binary#password", "canary-b", "");
	secret_gives(f.source, "secretsmanager:binary", "{\"password\":\"canary-b\"}", "");
	assert_int_equal(aws_fake_count(f.aws, "GetSecretValue"), 6);
	secret_gives(f.source, "secretsmanager:binary", "{\"password\":\"canary-b\"}", "");
	assert_int_equal(aws_fake_count(f.aws, "GetSecretValue"), 6);
	end(&f);
}

static void what_is_wrong_with_a_secret(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_fails(f.source, "secretsmanager:" NAME "#other", ERR_CONFIG, false, "no text in a field \"other\"");
	aws_fake_put_secret(f.aws, "plain", "canary plain text", NULL);
	secret_fails(f.source, "secretsmanager:plain#x", ERR_CONFIG, false, "is no JSON object");
	aws_fake_put_secret(f.aws, "binary", NULL, "===canary");
	secret_fails(f.source, "secretsmanager:binary", ERR_DECODE, false, "SecretBinary is no base64");
	secret_fails(f.source, "secretsmanager:none", ERR_CONFIG, false, "aws: there is no secret none");
	aws_fake_put_secret(f.aws, "gone", NULL, NULL);
	secret_fails(f.source, "secretsmanager:gone", ERR_CONFIG, false, "marked for deletion");
	end(&f);
}

static void test_P24_refusals_of_secretsmanager(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	aws_fake_fault(f.aws, "GetSecretValue", "throttle*1");
	secret_fails(f.source, "secretsmanager:" NAME, ERR_QUOTA, true, "aws: ThrottlingException");
	aws_fake_fault(f.aws, "GetSecretValue", "internal*1");
	secret_fails(f.source, "secretsmanager:" NAME, ERR_REMOTE, true, "InternalServerException");
	aws_fake_fault(f.aws, "GetSecretValue", "denied*1");
	secret_fails(f.source, "secretsmanager:" NAME, ERR_DENIED, false, "aws: AccessDeniedException");
	aws_fake_fault(f.aws, "GetSecretValue", "malformed*1");
	secret_fails(f.source, "secretsmanager:" NAME, ERR_DECODE, false, "");
	aws_fake_fault(f.aws, "GetSecretValue", "body:{}*1");
	secret_fails(f.source, "secretsmanager:" NAME, ERR_DECODE, false, "the answer has no secret");
	secret_gives(f.source, "secretsmanager:" NAME "#password", "canary-1", "reader");
	end(&f);
}

static void test_P25_a_wrong_key_is_refused_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	setenv("TEST_SECRET", "wrong", 1);
	secret_fails(f.source, "secretsmanager:" NAME, ERR_AUTH, false, "InvalidSignatureException");
	assert_int_equal(aws_fake_count(f.aws, ""), 1);
	end(&f);
}

static void test_P26_the_clock_is_put_right_for_secrets(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	aws_fake_fault(f.aws, "", "skew:1200");
	secret_gives(f.source, "secretsmanager:" NAME "#password", "canary-1", "reader");
	assert_int_equal(aws_fake_count(f.aws, ""), 2);
	end(&f);
}

/* A secret of another region is asked for there. */
static void an_arn_names_its_region(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_fails(f.source, "secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/redshift-AbCdEf",
	      ERR_AUTH, false, "not eu-west-1/secretsmanager");
	end(&f);
}

static void what_was_rotated_is_fetched(void **state)
{
	struct fixture f;
	struct err e = { 0 };

	(void)state;
	begin(&f);
	secrets_begin();
	secret_gives(f.source, "secretsmanager:" NAME "#password", "canary-1", "reader");
	/* The other of two users that take turns. */
	aws_fake_put_secret(f.aws, NAME, "{\"username\":\"reader_clone\",\"password\":\"canary-2\"}", NULL);
	err_set(&e, ERR_AUTH, 0, "redshift: refused");
	assert_true(secrets_again(f.source, in_ms(5000), NULL, &e));
	secret_gives(f.source, "secretsmanager:" NAME "#password", "canary-2", "reader_clone");
	assert_int_equal(aws_fake_count(f.aws, ""), 2);
	end(&f);
}

static int start(void **state)
{
	aws_fake_account();
	return clients_start(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_fields),
		cmocka_unit_test(what_is_wrong_with_a_secret),
		cmocka_unit_test(test_P24_refusals_of_secretsmanager),
		cmocka_unit_test(test_P25_a_wrong_key_is_refused_once),
		cmocka_unit_test(test_P26_the_clock_is_put_right_for_secrets),
		cmocka_unit_test(an_arn_names_its_region),
		cmocka_unit_test(what_was_rotated_is_fetched),
	};

	return cmocka_run_group_tests(tests, start, clients_stop);
}
