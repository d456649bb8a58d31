/* Neo4j's Query API, as far as a client can tell. What a real one (5.26, 2026.08) refuses is
 * refused here in its words: no or wrong credentials (401), an unknown path or database
 * (404), a type that it does not write (406), a body with unknown or wrong members (400), a
 * parameter without value, writing in read access mode.
 *
 * All calls from any thread. */
#ifndef TESTS_SUPPORT_NEO4J_FAKE_H
#define TESTS_SUPPORT_NEO4J_FAKE_H

#include <stdbool.h>
#include <stddef.h>

struct neo4j_fake;

struct neo4j_options {
	const char *user, *password;    /* Basic; NULL = anybody */
	const char *token;              /* Bearer instead */
	/* To every statement of a test; a body with status 0 is a 202. NULL = one row. */
	const char *body;
	unsigned status;
	const char *retry_after;
	const char *may;                /* "read" or "write": an enterprise edition, that knows rights */
	bool hang;                      /* works on it until it is told to stop */
};

struct neo4j_fake *neo4j_fake_start(const struct neo4j_options *);
void neo4j_fake_stop(struct neo4j_fake *);              /* NULL allowed */
unsigned neo4j_fake_port(const struct neo4j_fake *);

struct neo4j_seen {
	unsigned statements, refused, writes, stopped;
	char body[8192];                /* of the last statement that was a test's */
	char wrong[160];                /* what was wrong with the last refused request */
};

struct neo4j_seen neo4j_fake_seen(struct neo4j_fake *);

#endif
