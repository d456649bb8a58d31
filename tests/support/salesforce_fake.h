/* Salesforce behind the API simulator (api_options.service): tokens by OAuth's client
 * credentials, SOQL over cases, pages by nextRecordsUrl. Refuses what it refuses.
 *
 *   POST /services/oauth2/token             grant_type=client_credentials, or password
 *   GET  /services/data/v68.0/query?q=SOQL  then .../query/CURSOR
 *   GET  /services/data/v68.0/limits */
#ifndef TESTS_SUPPORT_SALESFORCE_FAKE_H
#define TESTS_SUPPORT_SALESFORCE_FAKE_H

#include <jansson.h>
#include <stdbool.h>

#include "tests/support/api_parts.h"

enum { SALESFORCE_Q_MAX = 4096 };

struct salesforce_fake {
	json_t *cases;                  /* [{ "CaseNumber", "Account.Name", … }]: fields as SOQL names them */
	const char *client_id, *client_secret;
	const char *user, *password;    /* of the grant password, its security token behind it; NULL = refused */
	const char *instance_url;       /* in the token's answer; NULL = none */
	const char *expires_in;         /* as JSON; NULL = not said, as the real one does */
	bool body_only;                 /* credentials in the form only */
	size_t page;                    /* records a page; 0 = 2,000 */
	unsigned token_uses;            /* requests that a token is good for; 0 = all */
	bool used_up;                   /* the day's requests are */
	/* What happened: */
	unsigned tokens, used;          /* given out; requests with the present one */
	char query[SALESFORCE_Q_MAX];   /* the last SOQL */
	json_t *found;                  /* its records; freed by salesforce_fake_release() */
};

void salesforce_fake(void *ctx, const struct loopback_call *, struct api_reply *);
void salesforce_fake_release(struct salesforce_fake *);

/* The rows that the SOQL finds in `cases`, or NULL with *why. */
json_t *soql_run(json_t *cases, const char *soql, const char **code, const char **why);

#endif
