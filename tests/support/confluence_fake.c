/* Confluence Cloud's search by CQL. */
#include "tests/support/service_fakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/http.h"
#include "tests/support/ql_fake.h"

static void refuse(struct api_reply *r, unsigned status, const char *words)
{
	service_reply(r, status, json_pack("{s:i,s:{s:b,s:[]},s:s}", "statusCode", (int)status, "data",
					   "authorized", 1, "errors", "message", words));
}

static const char *field(void *thing, const char *name)
{
	static const char *const known[] = { "title", "text", "space", "type", "id" };
	static _Thread_local char all[2048];

	if (strcasecmp(name, "text") == 0 || strcasecmp(name, "siteSearch") == 0) {
		snprintf(all, sizeof(all), "%s %s", service_text(thing, "title"), service_text(thing, "text"));
		return all;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcasecmp(known[i], name) == 0)
			return service_text(thing, known[i]);
	return NULL;
}

static json_t *result(json_t *thing)
{
	const char *id = service_text(thing, "id"), *space = service_text(thing, "space");

	return json_pack("{s:{s:s,s:s,s:s,s:s,s:{s:s}},s:s,s:s,s:o,s:{s:s,s:o},s:s,s:s}", "content", "id", id,
			 "type", service_text(thing, "type"), "status", "current", "title",
			 service_text(thing, "title"), "space", "key", space,
			 "title", service_text(thing, "title"), "excerpt", service_text(thing, "text"),
			 "url", json_sprintf("/spaces/%s/pages/%s", space, id),
			 "resultGlobalContainer", "title", space, "displayUrl", json_sprintf("/spaces/%s", space),
			 "entityType", "content", "lastModified", service_text(thing, "modified"));
}

/* The address of the next page is below the site's /wiki, which the gateway's is not. */
static json_t *links(const struct loopback_call *c, size_t next, size_t limit, const char *cql)
{
	struct buf address = BUF_INIT;
	json_t *o = json_pack("{s:s,s:s}", "context", "/wiki", "self", "https://site.example/wiki/x");

	json_object_set_new(o, "base", json_sprintf("http://%s/wiki", api_header(c, "Host")));
	if (next > 0) {
		buf_printf(&address, "/rest/api/search?next=true&cursor=_c_%zu&limit=%zu&start=%zu&cql=", next,
			   limit, next);
		http_form_escape(&address, cql, strlen(cql));
		json_object_set_new(o, "next", json_string(buf_str(&address)));
	}
	buf_release(&address);
	return o;
}

static void answer(const struct service_fake *f, const struct loopback_call *c, struct api_reply *r)
{
	const char *cql = api_argument(c, "cql"), *cursor = api_argument(c, "cursor");
	size_t limit = (size_t)service_number(api_argument(c, "limit"), 25), from = 0, seen = 0, i;
	json_t *results = json_array(), *thing;
	struct ql_fake q = { .field = field };

	if (cursor)
		sscanf(cursor, "_c_%zu", &from);
	if (f->page && f->page < limit)
		limit = f->page;
	ql_fake_match(&q, cql);       /* what is wrong with it, whatever there is to find */
	json_array_foreach(f->data, i, thing) {
		q.thing = thing;
		if (ql_fake_match(&q, cql) && seen++ >= from && json_array_size(results) < limit)
			json_array_append_new(results, result(thing));
	}
	if (q.why[0] || q.clauses == 0) {
		char words[256];

		json_decref(results);
		snprintf(words, sizeof(words), "Could not parse cql : %s", q.why);
		refuse(r, 400, words);
		return;
	}
	from += json_array_size(results);
	service_reply(r, 200, json_pack("{s:o,s:i,s:i,s:o}", "results", results, "limit", (int)limit, "size",
					(int)json_array_size(results), "_links",
					links(c, from < seen ? from : 0, limit, cql)));
}

void confluence_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	const struct service_fake *f = ctx;
	const char *path;

	if (!service_atlassian(f, c, "confluence", r, &path))
		return;
	if (strcmp(path, "/wiki/rest/api/user/current") == 0)
		service_reply(r, 200, json_pack("{s:s,s:s}", "accountId", "5b10a2844c20165700ede21g",
					   "displayName", "A Person"));
	else if (strcmp(path, "/wiki/rest/api/search") != 0 || strcmp(c->method, "GET") != 0)
		refuse(r, 404, "No operation");
	else if (!api_argument(c, "cql"))
		refuse(r, 400, "A cql query is required");
	else
		answer(f, c, r);
}
