/* aws_fake [SQL]: the fake of AWS for other programs, with tables made by the SQL.
 * Prints "listening PORT" and serves until its standard input ends. */
#include <stdio.h>

#include "tests/support/aws_fake.h"

int main(int argc, char **argv)
{
	const struct aws_fake_options o = { .sql = argc > 1 ? argv[1] : NULL, .queued = 1, .running = 1 };
	struct err e = { 0 };
	struct aws_fake *f = aws_fake_start(&o, &e);

	if (!f) {
		fprintf(stderr, "aws_fake: %s\n", e.text);
		return 1;
	}
	printf("listening %u\n", aws_fake_port(f));
	fflush(stdout);
	while (getchar() != EOF)
		;
	aws_fake_stop(f);
	return 0;
}
