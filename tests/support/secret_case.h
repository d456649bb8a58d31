/* What a store of secrets gives, and how it refuses; both fail the test otherwise. All
 * secrets of the fakes hold "canary", which no refusal may quote. */
#ifndef TESTS_SUPPORT_SECRET_CASE_H
#define TESTS_SUPPORT_SECRET_CASE_H

#include "clients/secrets.h"

void secret_gives(const struct source *, const char *ref, const char *secret, const char *user);
void secret_fails(const struct source *, const char *ref, enum err_kind, bool transient,
		  const char *words);
/* That it is not waited for by whoever is told to stop. */
void secret_is_cancelled(const struct source *, const char *ref, struct cancel *);

#endif
