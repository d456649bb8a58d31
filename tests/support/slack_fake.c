/* Slack's search for messages: refusals come with status 200. */
#include "tests/support/service_fakes.h"

#include <stdio.h>
#include <string.h>

static void refuse(struct api_reply *r, const char *word)
{
	service_reply(r, 200, json_pack("{s:b,s:s}", "ok", 0, "error", word));
}

/* The words in quotes; what stands behind them must be a modifier. */
static bool read_query(const char *query, char words[static 512], char channel[static 64])
{
	const char *end = query[0] == '"' ? strchr(query + 1, '"') : NULL, *in;

	if (!end || end == query + 1)
		return false;
	snprintf(words, 512, "%.*s", (int)(end - query - 1), query + 1);
	in = strstr(end, "in:");
	channel[0] = '\0';
	if (in)
		snprintf(channel, 64, "%.*s", (int)strcspn(in + 3, " "), in + 3 + (in[3] == '#'));
	return strcspn(end + 1, "\"") == strlen(end + 1);
}

static json_t *match(json_t *thing)
{
	const char *channel = service_text(thing, "channel"), *ts = service_text(thing, "ts");

	return json_pack("{s:s,s:{s:s,s:s},s:s,s:s,s:s,s:s,s:s}", "type", "message", "channel", "id", "C1", "name",
			 channel, "user", "U1", "username", service_text(thing, "user"), "ts", ts, "text",
			 service_text(thing, "text"), "permalink", "https://workspace.slack.com/archives/C1/p1");
}

static void answer(const struct service_fake *f, const struct loopback_call *c, struct api_reply *r)
{
	long count = service_number(api_argument(c, "count"), 20), page = service_number(api_argument(c, "page"), 1);
	json_t *matches = json_array(), *thing;
	char words[512], channel[64];
	size_t seen = 0, i;

	count = f->page && (size_t)count > f->page ? (long)f->page : count > 100 ? 100 : count;
	if (!read_query(api_argument(c, "query"), words, channel)) {
		json_decref(matches);
		refuse(r, "no_query");
		return;
	}
	json_array_foreach(f->data, i, thing) {
		if (!strcasestr(service_text(thing, "text"), words) ||
		    (channel[0] && strcmp(channel, service_text(thing, "channel")) != 0))
			continue;
		if (seen++ >= (size_t)((page - 1) * count) && json_array_size(matches) < (size_t)count)
			json_array_append_new(matches, match(thing));
	}
	service_reply(r, 200, json_pack("{s:b,s:s,s:{s:i,s:{s:i,s:i,s:i,s:i},s:o}}", "ok", 1, "query", words,
					"messages", "total", (int)seen, "paging", "count", (int)count, "total",
					(int)seen, "page", (int)page, "pages",
					(int)((seen + (size_t)count - 1) / (size_t)count), "matches", matches));
}

void slack_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	const char *authorization = api_header(c, "Authorization");
	const struct service_fake *f = ctx;
	char want[256];

	snprintf(want, sizeof(want), "Bearer %s", f->token);
	if (!authorization)
		refuse(r, "not_authed");
	else if (strcmp(authorization, want) != 0)
		refuse(r, "invalid_auth");
	else if (strcmp(c->path, "/api/auth.test") == 0)
		service_reply(r, 200, json_pack("{s:b,s:s}", "ok", 1, "user", "person"));
	else if (strcmp(c->path, "/api/search.messages") != 0)
		refuse(r, "unknown_method");
	else if (strncmp(f->token, "xoxp-", 5) != 0)
		refuse(r, "not_allowed_token_type");
	else if (!api_argument(c, "query"))
		refuse(r, "no_query");
	else
		answer(f, c, r);
}
