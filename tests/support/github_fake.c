/* GitHub's search for code. */
#include "tests/support/service_fakes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/http.h"

enum { QUERY_MAX = 256, OPERATORS_MAX = 5, FOUND_MAX = 1000 };

static void refuse(struct api_reply *r, unsigned status, const char *words)
{
	service_reply(r, status, json_pack("{s:s,s:s,s:s}", "message", words, "documentation_url",
					   "https://docs.github.com/rest", "status", ""));
}

static void refuse_query(struct api_reply *r, const char *words)
{
	service_reply(r, 422, json_pack("{s:s,s:[{s:s,s:s,s:s,s:s}]}", "message", "Validation Failed", "errors",
					"message", words, "resource", "Search", "field", "q", "code", "invalid"));
}

/* ---- the query --------------------------------------------------------------------------- */

struct wanted {
	char words[QUERY_MAX + 1], org[64], repo[96];
	unsigned operators;
	const char *why;
};

static void read_qualifier(struct wanted *w, const char *word)
{
	if (strncmp(word, "org:", 4) == 0)
		snprintf(w->org, sizeof(w->org), "%s", word + 4);
	else if (strncmp(word, "repo:", 5) == 0)
		snprintf(w->repo, sizeof(w->repo), "%s", word + 5);
	else if (strncmp(word, "in:", 3) != 0 && strncmp(word, "language:", 9) != 0)
		w->why = "The search contains a qualifier that is not known.";
}

/* Counts operators in quotes too: it is nowhere written that they do not count. */
static void count_operators(struct wanted *w, const char *q)
{
	char copy[QUERY_MAX + 1], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", q);
	while ((word = strsep(&rest, " \"")))
		w->operators += strcmp(word, "AND") == 0 || strcmp(word, "OR") == 0 || strcmp(word, "NOT") == 0;
}

static void read_query(struct wanted *w, const char *q)
{
	char copy[QUERY_MAX + 1], *rest = copy, *word;

	count_operators(w, q);
	snprintf(copy, sizeof(copy), "%s", q);
	if (copy[0] == '"') {
		char *end = strchr(copy + 1, '"');

		if (!end || memchr(copy, '\\', (size_t)(end - copy))) {
			w->why = "The quoted text cannot be read.";
			return;
		}
		*end = '\0';
		snprintf(w->words, sizeof(w->words), "%s", copy + 1);
		rest = end + 1;
	}
	while ((word = strsep(&rest, " "))) {
		if (strchr(word, ':'))
			read_qualifier(w, word);
		else if (*word && w->words[0])
			w->why = "Something stands behind the quoted text.";
		else if (*word)
			snprintf(w->words, sizeof(w->words), "%s", word);
	}
}

/* Where the words stand in the text, in characters; -1 = nowhere. */
static long find(json_t *thing, const struct wanted *w)
{
	const char *text = service_text(thing, "text"), *repo = service_text(thing, "repo");
	const char *hit = strcasestr(text, w->words);
	long chars = 0;

	if (!hit || (w->repo[0] && strcmp(repo, w->repo) != 0) ||
	    (w->org[0] && (strncmp(repo, w->org, strlen(w->org)) != 0 || repo[strlen(w->org)] != '/')))
		return -1;
	for (; text < hit; text++)
		chars += ((unsigned char)*text & 0xc0) != 0x80;
	return chars;
}

static json_t *item(json_t *thing, const struct wanted *w, long at, bool matches)
{
	const char *path = service_text(thing, "path"), *repo = service_text(thing, "repo");
	const char *name = strrchr(path, '/');
	json_t *o = json_pack("{s:s,s:s,s:s,s:o,s:{s:s,s:b}}", "name", name ? name + 1 : path, "path", path,
			      "sha", "0000", "html_url", json_sprintf("https://github.com/%s/blob/main/%s", repo, path),
			      "repository", "full_name", repo, "private", 1);

	if (matches)
		json_object_set_new(o, "text_matches",
				    json_pack("[{s:s,s:s,s:s,s:[{s:s,s:[i,i]}]}]", "object_type", "FileContent",
					      "property", "content", "fragment", service_text(thing, "text"),
					      "matches", "text", w->words, "indices", (int)at,
					      (int)at + (int)strlen(w->words)));
	return o;
}

static void put_link(const struct loopback_call *c, struct api_reply *r, const char *q, long per_page, long page)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, "q=");
	http_form_escape(&text, q, strlen(q));
	snprintf(r->headers, sizeof(r->headers),
		 "Link: <http://%s/search/code?%s&per_page=%ld&page=%ld>; rel=\"next\", <http://%s/x>; rel=\"last\"\n",
		 api_header(c, "Host"), buf_str(&text), per_page, page + 1, api_header(c, "Host"));
	buf_release(&text);
}

static void answer(const struct service_fake *f, const struct loopback_call *c, struct api_reply *r, const char *q,
		   const struct wanted *w)
{
	const char *accept = api_header(c, "Accept");
	long per_page = service_number(api_argument(c, "per_page"), 30), page = service_number(api_argument(c, "page"), 1);
	size_t from, seen = 0, i;
	json_t *items = json_array(), *thing;

	per_page = f->page && (size_t)per_page > f->page ? (long)f->page : per_page > 100 ? 100 : per_page;
	from = (size_t)((page - 1) * per_page);
	json_array_foreach(f->data, i, thing) {
		long at = find(thing, w);

		if (at >= 0 && seen++ >= from && json_array_size(items) < (size_t)per_page)
			json_array_append_new(items, item(thing, w, at, accept && strstr(accept, "text-match")));
	}
	if (from + json_array_size(items) < seen)
		put_link(c, r, q, per_page, page);
	service_reply(r, 200, json_pack("{s:i,s:b,s:o}", "total_count", (int)seen, "incomplete_results", 0,
					"items", items));
}

/* ---- who asks, and how often ----------------------------------------------------------------- */

static bool refused(const struct service_fake *f, const struct loopback_call *c, struct api_reply *r)
{
	const char *authorization = api_header(c, "Authorization"), *version = api_header(c, "X-GitHub-Api-Version");
	const char *agent = api_header(c, "User-Agent");
	char want[256];

	snprintf(want, sizeof(want), "Bearer %s", f->token);
	if (!agent || !*agent)
		refuse(r, 403, "Request forbidden by administrative rules. Please make sure your request has a "
			       "User-Agent header.");
	else if (!authorization)
		refuse(r, 401, "Requires authentication");
	else if (strcmp(authorization, want) != 0)
		refuse(r, 401, "Bad credentials");
	else if (version && strcmp(version, "2022-11-28") != 0 && strcmp(version, "2026-03-10") != 0)
		refuse(r, 400, "is not a supported version");
	else
		return false;
	return true;
}

static bool limited(struct service_fake *f, struct api_reply *r)
{
	if (f->left == 0)
		return false;
	if (--f->left > 0)
		return false;
	f->left = 1;
	refuse(r, 403, f->unsaid ? "You have exceeded a secondary rate limit. Please wait a few minutes before you "
				   "try again." : "API rate limit exceeded for user ID 1.");
	if (!f->unsaid)
		snprintf(r->headers, sizeof(r->headers),
			 "x-ratelimit-limit: 10\nx-ratelimit-remaining: 0\nx-ratelimit-reset: %lld\n"
			 "x-ratelimit-resource: code_search\n", (long long)time(NULL) + 20);
	return true;
}

void github_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	struct service_fake *f = ctx;
	const char *q = api_argument(c, "q");
	struct wanted w = { .operators = 0 };

	if (refused(f, c, r))
		return;
	/* Costs nothing. */
	if (strcmp(c->path, "/rate_limit") == 0) {
		service_reply(r, 200, json_pack("{s:{s:{s:i},s:{s:i}}}", "resources",
					   "core", "limit", 5000, "code_search", "limit", 10));
		return;
	}
	if (limited(f, r))
		return;
	if (strcmp(c->path, "/search/code") != 0 || strcmp(c->method, "GET") != 0) {
		refuse(r, 404, "Not Found");
		return;
	}
	if (q && strlen(q) <= QUERY_MAX)
		read_query(&w, q);
	if (!q || !*q)
		refuse_query(r, "The search query is missing.");
	else if (strlen(q) > QUERY_MAX)
		refuse_query(r, "The search is longer than 256 characters.");
	else if (w.operators > OPERATORS_MAX)
		refuse_query(r, "More than five AND / OR / NOT operators were used.");
	else if (w.why || !w.words[0])
		refuse_query(r, w.why ? w.why : "The search holds no words.");
	else if (service_number(api_argument(c, "page"), 1) * service_number(api_argument(c, "per_page"), 30) > FOUND_MAX)
		refuse(r, 422, "Only the first 1000 search results are available");
	else
		answer(f, c, r, q, &w);
}
