#include "tests/support/aws_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/skew.h"

struct aws_fake *aws_case_start(const struct aws_fake_options *options, char url[static AWS_CASE_URL])
{
	struct err e = { 0 };
	struct aws_fake *fake = aws_fake_start(options, &e);

	if (!fake)
		fail_msg("%s", e.text);
	snprintf(url, AWS_CASE_URL, "http://127.0.0.1:%u", aws_fake_port(fake));
	aws_fake_account();
	return fake;
}

void aws_case_stop(struct aws_fake *fake, const char *url)
{
	skew_learn(url, 0);
	aws_fake_stop(fake);
}

void aws_case_put(struct aws_fake *fake, const char *key, const char *text)
{
	aws_fake_object(fake, "files", key, text, strlen(text));
}
