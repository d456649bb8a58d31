#include "tests/support/salesforce_fake.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/service_fakes.h"

#define API "/services/data/v68.0"

/* Its errors are an array. */
static void refuse(struct api_reply *r, unsigned status, const char *code, const char *message)
{
	service_reply(r, status, json_pack("[{s:s,s:s}]", "message", message, "errorCode", code));
}

/* ---- tokens ----------------------------------------------------------------------- */

static void form_decode(char *s)
{
	for (char *p = s; *p; p++)
		*p = *p == '+' ? ' ' : *p;
	MHD_http_unescape(s);
}

/* The field of a form, decoded in `out`; false when it is not there. */
static bool form_field(const struct loopback_call *c, const char *name, char *out, size_t size)
{
	const char *s = buf_str(&c->body);
	size_t len = strlen(name);

	for (; s && *s; s = strchr(s, '&')) {
		s += *s == '&';
		if (strncmp(s, name, len) == 0 && s[len] == '=') {
			snprintf(out, size, "%.*s", (int)strcspn(s + len + 1, "&"), s + len + 1);
			form_decode(out);
			return true;
		}
	}
	return false;
}

/* Who asks, from Basic or from the form; false without both parts. */
static bool client_of(const struct salesforce_fake *f, const struct loopback_call *c, char *id, char *secret)
{
	const char *sent = api_header(c, "Authorization");
	unsigned char pair[512] = { 0 };
	char *colon;
	size_t len;

	if (!sent)
		return form_field(c, "client_id", id, 256) && form_field(c, "client_secret", secret, 256);
	len = strncmp(sent, "Basic ", 6) == 0 ? strlen(sent + 6) : 0;
	if (f->body_only || len == 0 || len > 600 ||
	    EVP_DecodeBlock(pair, (const unsigned char *)sent + 6, (int)len) < 0)
		return false;
	colon = strchr((char *)pair, ':');
	if (!colon)
		return false;
	*colon = '\0';
	snprintf(id, 256, "%s", (char *)pair);
	snprintf(secret, 256, "%s", colon + 1);
	form_decode(id);
	form_decode(secret);
	return true;
}

static void oauth_error(struct api_reply *r, const char *code, const char *words)
{
	service_reply(r, 400, json_pack("{s:s,s:s}", "error", code, "error_description", words));
}

static void give_token(struct salesforce_fake *f, struct api_reply *r)
{
	char token[64];
	json_t *a;

	f->used = 0;
	snprintf(token, sizeof(token), "00D000000000001!AQtoken.%u_canary", ++f->tokens);
	a = json_pack("{s:s,s:s,s:s,s:s}", "access_token", token, "signature", "c2lnbmF0dXJl", "scope", "api",
		      "token_type", "Bearer");
	if (f->instance_url)
		json_object_set_new(a, "instance_url", json_string(f->instance_url));
	if (f->expires_in)
		json_object_set_new(a, "expires_in", json_loads(f->expires_in, JSON_DECODE_ANY, NULL));
	service_reply(r, 200, a);
}

/* What may not be, or is wrong, is said in the same words, as the real one does. */
static bool user_of(const struct salesforce_fake *f, const struct loopback_call *c)
{
	char user[256], password[256];

	return f->user && form_field(c, "username", user, sizeof(user)) &&
	       form_field(c, "password", password, sizeof(password)) && strcmp(user, f->user) == 0 &&
	       strcmp(password, f->password) == 0;
}

static void token(struct salesforce_fake *f, const struct loopback_call *c, struct api_reply *r)
{
	char id[256], secret[256], grant[64];
	const char *type = api_header(c, "Content-Type");

	if (strcmp(c->method, "POST") != 0)
		oauth_error(r, "invalid_request", "must use HTTP POST");
	else if (!type || strcmp(type, "application/x-www-form-urlencoded") != 0 ||
		 !form_field(c, "grant_type", grant, sizeof(grant)))
		oauth_error(r, "invalid_request", "grant type not supported");
	else if (strcmp(grant, "client_credentials") != 0 && strcmp(grant, "password") != 0)
		oauth_error(r, "unsupported_grant_type", "grant type not supported");
	else if (!client_of(f, c, id, secret) || strcmp(id, f->client_id) != 0)
		oauth_error(r, "invalid_client_id", "client identifier invalid");
	else if (strcmp(secret, f->client_secret) != 0)
		oauth_error(r, "invalid_client", "invalid client credentials");
	else if (strcmp(grant, "password") == 0 && !user_of(f, c))
		oauth_error(r, "invalid_grant", "authentication failure");
	else
		give_token(f, r);
}

static bool session(struct salesforce_fake *f, const struct loopback_call *c)
{
	const char *sent = api_header(c, "Authorization");
	char want[96];

	snprintf(want, sizeof(want), "Bearer 00D000000000001!AQtoken.%u_canary", f->tokens);
	if (f->tokens == 0 || !sent || strcmp(sent, want) != 0)
		return false;
	return f->token_uses == 0 || f->used++ < f->token_uses;
}

/* ---- records ---------------------------------------------------------------------- */

static void page(struct salesforce_fake *f, size_t from, struct api_reply *r)
{
	size_t n = json_array_size(f->found), size = f->page ? f->page : 2000;
	size_t end = from + size < n ? from + size : n;
	json_t *records = json_array(), *a;
	char next[100];

	for (size_t i = from; i < end; i++)
		json_array_append(records, json_array_get(f->found, i));
	a = json_pack("{s:i,s:b,s:o}", "totalSize", (int)n, "done", end == n, "records", records);
	snprintf(next, sizeof(next), API "/query/01gRM000001fakeYAA-%zu", end);
	if (end < n)
		json_object_set_new(a, "nextRecordsUrl", json_string(next));
	service_reply(r, 200, a);
}

static void query(struct salesforce_fake *f, const struct loopback_call *c, struct api_reply *r)
{
	const char *q = api_argument(c, "q"), *code = NULL, *why = NULL;

	if (!q) {
		refuse(r, 400, "MALFORMED_QUERY", "A query string has to be specified");
		return;
	}
	snprintf(f->query, sizeof(f->query), "%s", q);
	json_decref(f->found);
	f->found = soql_run(f->cases, q, &code, &why);
	if (f->found)
		page(f, 0, r);
	else
		refuse(r, 400, code, why);
}

static void more(struct salesforce_fake *f, const struct loopback_call *c, struct api_reply *r)
{
	static const char before[] = API "/query/01gRM000001fakeYAA-";

	/* The cursor is the whole of it: with a query of its own it is refused. */
	if (strncmp(c->path, before, sizeof(before) - 1) != 0 || !f->found || strchr(c->uri, '?'))
		refuse(r, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
	else
		page(f, (size_t)strtoul(c->path + sizeof(before) - 1, NULL, 10), r);
}

/* With or without a slash at its end. */
static bool is_resource(const struct loopback_call *c, const char *path)
{
	size_t len = strlen(path);

	return strncmp(c->path, path, len) == 0 && (!c->path[len] || strcmp(c->path + len, "/") == 0);
}

void salesforce_fake(void *ctx, const struct loopback_call *c, struct api_reply *r)
{
	struct salesforce_fake *f = ctx;

	if (strcmp(c->path, "/services/oauth2/token") == 0) {
		token(f, c, r);
		return;
	}
	snprintf(r->headers, sizeof(r->headers), "Sforce-Limit-Info: api-usage=18/5000\n");
	if (!session(f, c))
		refuse(r, 401, "INVALID_SESSION_ID", "Session expired or invalid");
	else if (f->used_up)
		refuse(r, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
	else if (strcmp(c->method, "GET") != 0)
		refuse(r, 405, "METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed. Allowed are HEAD,GET");
	else if (is_resource(c, API "/query"))
		query(f, c, r);
	else if (strncmp(c->path, API "/query/", sizeof(API "/query/") - 1) == 0)
		more(f, c, r);
	else if (is_resource(c, API "/limits"))
		service_reply(r, 200, json_pack("{s:{s:i,s:i}}", "DailyApiRequests", "Max", 5000,
						"Remaining", 4982));
	else
		refuse(r, 404, "NOT_FOUND", "The requested resource does not exist");
}

void salesforce_fake_release(struct salesforce_fake *f)
{
	json_decref(f->found);
	json_decref(f->cases);
	f->found = f->cases = NULL;
}
