/* Services behind the API simulator (api_options.service) that refuse what the real ones
 * refuse. A fake's things are in its own words: `data` is a JSON array of them. */
#ifndef TESTS_SUPPORT_SERVICE_FAKES_H
#define TESTS_SUPPORT_SERVICE_FAKES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/support/api_parts.h"

struct service_fake {
	json_t *data;                   /* the things that can be found */
	const char *user, *token;       /* Basic at Atlassian's; Bearer elsewhere, without a user */
	const char *cloud_id;           /* Atlassian: a scoped token, good below /ex/PRODUCT/ID only */
	size_t page;                    /* things a page at most; 0 = as asked for */
	_Atomic unsigned left;          /* GitHub: requests until the limit; 0 = no limit */
	_Atomic bool unsaid;            /* GitHub: the limit is told in words only */
};

/* Answers for api_options.service, with a struct service_fake as its context.
 *
 * Jira     POST /rest/api/3/search/jql { jql, fields, maxResults, nextPageToken }
 *          things: { "key", "summary", "description", "project", … }
 * Confluence  GET /wiki/rest/api/search?cql=&limit=&cursor=&expand=
 *          things: { "id", "title", "text", "space", "type" }
 * GitHub   GET /search/code?q=&per_page=&page=
 *          things: { "repo", "path", "text" }
 * Slack    GET /api/search.messages?query=&count=&page=&sort=&sort_dir=
 *          things: { "channel", "ts", "user", "text" } */
void jira_fake(void *ctx, const struct loopback_call *, struct api_reply *);
void confluence_fake(void *ctx, const struct loopback_call *, struct api_reply *);
void github_fake(void *ctx, const struct loopback_call *, struct api_reply *);
void slack_fake(void *ctx, const struct loopback_call *, struct api_reply *);

/* Shared between them. */
void service_reply(struct api_reply *, unsigned status, json_t *body);  /* takes the body */
const char *service_text(json_t *thing, const char *key);               /* "" when it is not there */
/* The Basic credentials are good, and the request is where they count; else the reply is
 * made. `*path` becomes the path without /ex/PRODUCT/ID. */
bool service_atlassian(const struct service_fake *, const struct loopback_call *, const char *product,
		       struct api_reply *, const char **path);
long service_number(const char *text, long otherwise);

#endif
