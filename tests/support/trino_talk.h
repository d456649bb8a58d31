/* One connection to the Trino stand-in and what it answered: what its tests share. */
#ifndef TESTS_SUPPORT_TRINO_TALK_H
#define TESTS_SUPPORT_TRINO_TALK_H

#include "tests/support/client_fixture.h"
#include "tests/support/trino_fake.h"

struct trino_talk {
	struct trino_fake *fake;
	char secret_file[40];   /* "" = none */
	struct source *source;
	void *conn;
	struct record got;
	struct query query;
	struct cancel cancel;
	struct err e;
	struct trino_seen seen; /* after trino_talk_end() */
};

/* Starts the stand-in, and a connection as its options want it. Fails the test when it
 * cannot. */
void trino_talk_begin(struct trino_talk *, const struct trino_options *);
bool trino_talk_run(struct trino_talk *, const char *sql);
/* Leaves e and seen; the rest is gone. */
void trino_talk_end(struct trino_talk *);

/* The file that holds the password or token gets another one. */
void trino_talk_replace_secret(struct trino_talk *, const char *secret);

#endif
