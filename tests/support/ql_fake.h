/* JQL and CQL as far as their grammars agree, to see what a query means to the service:
 * parsed, then matched against one thing at a time. Stricter than the services about a
 * searched text: outside of a phrase it may hold no sign that searching gives a meaning. */
#ifndef TESTS_SUPPORT_QL_FAKE_H
#define TESTS_SUPPORT_QL_FAKE_H

#include <stdbool.h>
#include <stddef.h>

struct ql_fake {
	/* What a field holds; NULL = no such field. */
	const char *(*field)(void *thing, const char *name);
	void *thing;
	char why[160];          /* what is wrong with the query; "" = nothing */
	size_t clauses;         /* conditions in it: without one it is unbounded */
};

/* Whether the thing is found. False with `why` set when the query cannot be read. */
bool ql_fake_match(struct ql_fake *, const char *query);

#endif
