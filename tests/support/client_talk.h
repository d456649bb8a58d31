/* One connection of whatever kind, and what it answered. */
#ifndef TESTS_SUPPORT_CLIENT_TALK_H
#define TESTS_SUPPORT_CLIENT_TALK_H

#include "tests/support/client_fixture.h"

struct client_talk {
	struct source *source;
	void *conn;
	struct record got;
	struct query query;
	struct cancel cancel;
	struct err e;
};

/* Takes over the source. Fails the test when it cannot be opened. */
void client_talk_begin(struct client_talk *, struct source *);
/* Asks anew; what the last answer was is gone. */
bool client_talk_run(struct client_talk *, const char *text);
/* Leaves e; the rest is gone. */
void client_talk_end(struct client_talk *);

/* A file of ours with a secret in it, as "file:PATH"; unlink() it behind the colon. */
void secret_file_make(char ref[static 48], const char *secret);

#endif
