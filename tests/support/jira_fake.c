/* Jira Cloud's search for issues. */
#include "tests/support/service_fakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/ql_fake.h"

static void refuse(struct api_reply *r, unsigned status, const char *words)
{
	service_reply(r, status, json_pack("{s:[s],s:{}}", "errorMessages", words, "errors"));
}

/* "text" is what a person wrote, wherever. */
static const char *field(void *thing, const char *name)
{
	static const char *const known[] = { "project", "key", "summary", "description", "status", "priority" };
	static _Thread_local char all[2048];

	if (strcasecmp(name, "text") == 0) {
		snprintf(all, sizeof(all), "%s %s", service_text(thing, "summary"),
			 service_text(thing, "description"));
		return all;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcasecmp(known[i], name) == 0)
			return service_text(thing, known[i]);
	return NULL;
}

static bool known_keys(json_t *body)
{
	static const char *const known[] = { "jql", "fields", "maxResults", "nextPageToken", "expand",
					     "fieldsByKeys", "failFast", "properties", "reconcileIssues" };
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value) {
		size_t i = 0;

		while (i < sizeof(known) / sizeof(*known) && strcmp(known[i], key) != 0)
			i++;
		if (i == sizeof(known) / sizeof(*known))
			return false;
	}
	return json_is_object(body) && json_is_string(json_object_get(body, "jql"));
}

/* Only what was asked for: without `fields` there is the id alone. */
static json_t *issue(json_t *thing, json_t *fields, size_t number)
{
	json_t *o = json_object(), *inner = json_object(), *name;
	size_t i;

	json_object_set_new(o, "id", json_sprintf("%zu", 10000 + number));
	if (json_array_size(fields) == 0) {
		json_decref(inner);
		return o;
	}
	json_object_set_new(o, "key", json_string(service_text(thing, "key")));
	json_object_set_new(o, "self", json_string("https://site.example/rest/api/3/issue/x"));
	json_array_foreach(fields, i, name) {
		const char *key = json_string_value(name);
		json_t *v = json_object_get(thing, key);

		if (strcmp(key, "status") == 0)
			json_object_set_new(inner, key, json_pack("{s:O?,s:{s:s}}", "name", v, "statusCategory", "key",
								  strcmp(service_text(thing, key), "Done") == 0 ?
									  "done" : "indeterminate"));
		else if (strcmp(key, "priority") == 0)
			json_object_set_new(inner, key, json_pack("{s:O?}", "name", v));
		else if (strcmp(key, "assignee") == 0 || strcmp(key, "reporter") == 0)
			json_object_set_new(inner, key, v ? json_pack("{s:O}", "displayName", v) : json_null());
		else
			json_object_set_new(inner, key, v ? json_incref(v) : json_null());
	}
	json_object_set_new(o, "fields", inner);
	return o;
}

/* A token is good for the query that it came with. */
static unsigned long sum(const char *s)
{
	unsigned long h = 5381;

	for (; *s; s++)
		h = h * 33 + (unsigned char)*s;
	return h;
}

static bool read_token(json_t *body, const char *jql, size_t *from)
{
	const char *token = json_string_value(json_object_get(body, "nextPageToken"));
	unsigned long of = 0;

	*from = 0;
	return (!json_object_get(body, "nextPageToken")) ||
	       (token && sscanf(token, "Ck%zu.%lx", from, &of) == 2 && of == sum(jql));
}

static void answer(const struct service_fake *f, json_t *body, struct api_reply *r)
{
	const char *jql = json_string_value(json_object_get(body, "jql"));
	json_t *issues = json_array(), *o, *thing, *max = json_object_get(body, "maxResults");
	size_t want = max ? (size_t)json_integer_value(max) : 50, from, seen = 0, i;
	struct ql_fake q = { .field = field };

	if (f->page && f->page < want)
		want = f->page;
	if (!read_token(body, jql, &from)) {
		json_decref(issues);
		refuse(r, 400, "The nextPageToken is invalid or has expired.");
		return;
	}
	ql_fake_match(&q, jql);       /* what is wrong with it, whatever there is to find */
	json_array_foreach(f->data, i, thing) {
		q.thing = thing;
		if (!ql_fake_match(&q, jql) || seen++ < from || json_array_size(issues) == want)
			continue;
		json_array_append_new(issues, issue(thing, json_object_get(body, "fields"), i));
	}
	if (q.why[0] || q.clauses == 0) {
		char words[256];

		json_decref(issues);
		snprintf(words, sizeof(words), "Error in the JQL Query: %s", q.why);
		refuse(r, 400, q.why[0] ? words : "Unbounded JQL queries are not allowed here. Please add a "
						  "search restriction to your query.");
		return;
	}
	from += json_array_size(issues);
	o = json_pack("{s:o,s:b}", "issues", issues, "isLast", from >= seen);
	if (from < seen)
		json_object_set_new(o, "nextPageToken", json_sprintf("Ck%zu.%lx", from, sum(jql)));
	service_reply(r, 200, o);
}

void jira_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	const struct service_fake *f = ctx;
	const char *path;
	json_t *body;

	if (!service_atlassian(f, c, "jira", r, &path))
		return;
	if (strcmp(path, "/rest/api/3/search") == 0 || strcmp(path, "/rest/api/2/search") == 0) {
		refuse(r, 410, "The requested API has been removed. Please migrate to the "
			       "/rest/api/3/search/jql API.");
		return;
	}
	if (strcmp(path, "/rest/api/3/myself") == 0) {
		service_reply(r, 200, json_pack("{s:s,s:s}", "accountId", "5b10a2844c20165700ede21g",
					   "displayName", "A Person"));
		return;
	}
	if (strcmp(path, "/rest/api/3/search/jql") != 0 || strcmp(c->method, "POST") != 0) {
		refuse(r, 404, "null for uri");
		return;
	}
	body = json_loadb(buf_str(&c->body), c->body.len, 0, NULL);
	if (known_keys(body) && json_object_get(body, "maxResults") &&
	    !json_is_integer(json_object_get(body, "maxResults")))
		refuse(r, 400, "Invalid request payload.");
	else if (!known_keys(body))
		refuse(r, 400, "Invalid request payload. Refer to the REST API documentation and try again.");
	else
		answer(f, body, r);
	json_decref(body);
}
