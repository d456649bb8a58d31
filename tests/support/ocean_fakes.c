#include "tests/support/ocean_fakes.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/service_fakes.h"

static void refuse(struct api_reply *r, unsigned status, const char *error)
{
	service_reply(r, status, json_pack("{s:s}", "error", error));
}

static bool basic_is(const struct ocean_fake *f, const struct loopback_call *c)
{
	const char *sent = api_header(c, "Authorization");
	char pair[256], want[512] = "Basic ";
	int n = snprintf(pair, sizeof(pair), "%s:%s", f->user, f->password);

	EVP_EncodeBlock((unsigned char *)want + strlen(want), (unsigned char *)pair, n);
	return sent && strcmp(sent, want) == 0;
}

static bool bearer_is(const struct ocean_fake *f, const struct loopback_call *c)
{
	const char *sent = api_header(c, "Authorization");

	return sent && strncmp(sent, "Bearer ", 7) == 0 && strcmp(sent + 7, f->token) == 0;
}

/* "BEFORE" ID "AFTER" gives the ID, decoded. */
static bool id_in(const struct loopback_call *c, const char *before, const char *after, char out[static 128])
{
	size_t len = strlen(c->path), head = strlen(before), tail = strlen(after);

	if (len <= head + tail || len - head - tail >= 128 || strncmp(c->path, before, head) != 0 ||
	    strcmp(c->path + len - tail, after) != 0)
		return false;
	snprintf(out, 128, "%.*s", (int)(len - head - tail), c->path + head);
	MHD_http_unescape(out);
	return !strchr(out, '/');
}

static void answer(const struct ocean_fake *f, const char *kind, const char *id, struct api_reply *r)
{
	json_t *found = json_object_get(json_object_get(f->data, kind), id);

	if (found)
		service_reply(r, 200, json_incref(found));
	else
		refuse(r, 404, "Not found");
}

static bool allowed(const struct loopback_call *c, bool known, struct api_reply *r)
{
	if (!known)
		refuse(r, 401, "Unauthorized");
	else if (strcmp(c->method, "GET") != 0)
		refuse(r, 405, "Method Not Allowed");
	else
		return true;
	return false;
}

void datahub_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	const struct ocean_fake *f = ctx;
	char id[128];

	if (id_in(c, "/v1/ocean/", "/checklist", id)) {
		if (allowed(c, bearer_is(f, c), r))
			answer(f, "checklists", id, r);
	} else if (allowed(c, basic_is(f, c), r)) {
		if (id_in(c, "/v1/tracking/config/", "", id))
			answer(f, "configs", id, r);
		else if (id_in(c, "/v1/subscriptions/", "", id))
			answer(f, "subscriptions", id, r);
		else
			refuse(r, 404, "no such endpoint");
	}
}

void super_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	const struct ocean_fake *f = ctx;
	const char *key = api_header(c, "X-Super-Key");
	char id[128];

	if (!allowed(c, key && strcmp(key, f->key) == 0, r))
		return;
	if (id_in(c, "/api/v1/super/", "", id))
		answer(f, "supers", id, r);
	else if (id_in(c, "/v1/loads/", "/identifiers", id))
		answer(f, "identifiers", id, r);
	else
		refuse(r, 404, "no such endpoint");
}

/* ---- JT ---------------------------------------------------------------------------- */

static bool is_day(const char *s)
{
	struct tm tm = { 0 };
	const char *end = s ? strptime(s, "%Y-%m-%d", &tm) : NULL;

	return end && !*end && strlen(s) == 10;
}

static bool days_are_good(const struct ocean_fake *f, const struct loopback_call *c)
{
	const char *days = api_argument(c, "days");

	if (f->vendor)
		return !days && is_day(api_argument(c, "from_date")) && is_day(api_argument(c, "to_date")) &&
		       strcmp(api_argument(c, "from_date"), api_argument(c, "to_date")) <= 0;
	return days && strtol(days, NULL, 10) >= 1 && strtol(days, NULL, 10) <= 90 && !api_argument(c, "from_date");
}

static void history(const struct ocean_fake *f, const char *id, struct api_reply *r)
{
	json_t *all = json_object_get(json_object_get(f->data, "histories"), id);

	if (!all)
		refuse(r, 404, "REFERENCE_NOT_FOUND");
	else
		service_reply(r, 200, json_pack("{s:O,s:[],s:i}", "history", all, "discrepancies", "frequency", 6));
}

void jt_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	struct ocean_fake *f = ctx;
	char id[128];

	f->asked++;
	if (!allowed(c, basic_is(f, c), r))
		return;
	if (f->left && f->asked > f->left) {
		refuse(r, 429, "50 requests per minute");
		snprintf(r->headers, sizeof(r->headers), "Retry-After: 21\n");
	} else if (!id_in(c, "/api/v1/ocean/subscriptions/", "/history", id)) {
		refuse(r, 404, "no such endpoint");
	} else if (!days_are_good(f, c)) {
		refuse(r, 422, f->vendor ? "from_date and to_date must be YYYY-MM-DD" : "days must be 1 to 90");
	} else {
		history(f, id, r);
	}
}
