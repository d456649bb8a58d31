/* The fake of AWS as clients find it. */
#ifndef TESTS_SUPPORT_AWS_CASE_H
#define TESTS_SUPPORT_AWS_CASE_H

#include "tests/support/aws_fake.h"

enum { AWS_CASE_URL = 64 };

/* TEST_ID and TEST_SECRET are its account from now on. Fails the test when it does not start. */
struct aws_fake *aws_case_start(const struct aws_fake_options *, char url[static AWS_CASE_URL]);
/* What was learnt about its clock is forgotten: the port may be given out again. */
void aws_case_stop(struct aws_fake *, const char *url);
/* An object of the bucket "files". */
void aws_case_put(struct aws_fake *, const char *key, const char *text);

#endif
