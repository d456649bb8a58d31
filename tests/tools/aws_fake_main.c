/* aws_fake [SQL [BUCKET KEY TEXT]...]: the fake of AWS for other programs, with tables made
 * by the SQL and these objects, two a page. Prints "listening PORT" and serves until its standard input ends. */
#include <stdio.h>
#include <string.h>

#include "tests/support/aws_fake.h"

int main(int argc, char **argv)
{
	const struct aws_fake_options o = { .sql = argc > 1 ? argv[1] : NULL, .queued = 1, .running = 1,
					    .page_keys = 2 };
	struct err e = { 0 };
	struct aws_fake *f = aws_fake_start(&o, &e);

	if (!f) {
		fprintf(stderr, "aws_fake: %s\n", e.text);
		return 1;
	}
	for (int i = 2; i + 2 < argc; i += 3)
		aws_fake_object(f, argv[i], argv[i + 1], argv[i + 2], strlen(argv[i + 2]));
	aws_fake_put_secret(f, "prod/redshift", "{\"username\":\"reader\",\"password\":\"canary-1\"}", NULL);
	printf("listening %u\n", aws_fake_port(f));
	fflush(stdout);
	while (getchar() != EOF)
		;
	aws_fake_stop(f);
	return 0;
}
