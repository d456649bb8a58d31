#include "tests/support/vault_fake.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/support/loopback.h"

enum { SECRETS = 16, TOKENS = 16, LEASES = 64, REQUESTS = 512 };

struct token {
	char value[80];
	usec until;              /* monotonic; 0 = for good */
	bool dead;
};

struct lease {
	char id[100], user[64], password[64];
	size_t token;
	usec until;
	bool revoked;
};

struct vault_fake {
	struct vault_fake_options options;
	struct loopback http;    /* its lock is for all below */
	struct { char path[80]; json_t *fields; int version; } secrets[SECRETS];
	size_t nsecrets;
	struct token tokens[TOKENS];
	size_t ntokens;
	struct lease leases[LEASES];
	size_t nleases;
	char seen[REQUESTS][100];
	size_t nseen;
	char denied[80], complaint[160];
	struct { char prefix[80], body[200], location[200]; unsigned status, left; bool counted; } fault;
	unsigned slow;
};

struct request {
	const struct loopback_call *http;
	const char *method, *path;       /* without /v1/ */
};

struct reply {
	unsigned status;
	json_t *body;                    /* NULL: `text` */
	char text[400], location[200];
};

static usec lease_time(const struct vault_fake *f)
{
	return f->options.lease_ms ? f->options.lease_ms * USEC_MS : USEC_HOUR;
}

static usec lease_end(const struct vault_fake *f)
{
	return now_mono() + lease_time(f) + 30 * USEC_SEC;
}

static bool begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static const char *header(const struct request *q, const char *name)
{
	return loopback_header(q->http, name);
}

static void say_error(struct reply *r, unsigned status, const char *text)
{
	r->status = status;
	r->body = text ? json_pack("{s:[s]}", "errors", text) : json_pack("{s:[]}", "errors");
}

static void complain(struct vault_fake *f, const char *what, const struct request *q)
{
	if (!f->complaint[0])
		snprintf(f->complaint, sizeof(f->complaint), "%s: %s %s", what, q->method, q->path);
}

/* Vault speaks of whole seconds; so short times as tests have are 1. */
static json_int_t seconds(usec span)
{
	return span <= 0 ? 0 : (span + USEC_SEC - 1) / USEC_SEC;
}

/* ---- tokens -------------------------------------------------------------------------- */

static bool is_alive(const struct token *t)
{
	return !t->dead && (!t->until || t->until > now_mono());
}

static struct token *token_of(struct vault_fake *f, const char *value)
{
	for (size_t i = 0; i < f->ntokens; i++) {
		if (strcmp(f->tokens[i].value, value) == 0 && is_alive(&f->tokens[i]))
			return &f->tokens[i];
	}
	return NULL;
}

static struct token *add_token(struct vault_fake *f, const char *value, usec until)
{
	struct token *t = &f->tokens[f->ntokens++];

	if (f->ntokens == TOKENS)
		abort();
	snprintf(t->value, sizeof(t->value), "%s", value);
	t->until = until;
	return t;
}

static json_t *auth_json(const struct vault_fake *f, const struct token *t)
{
	return json_pack("{s:{s:s,s:I,s:b,s:[s]}}", "auth", "client_token", t->value, "lease_duration",
			 t->until ? seconds(lease_time(f)) : 0, "renewable", t->until != 0, "policies",
			 "default");
}

static void log_in(struct vault_fake *f, const struct request *q, struct reply *r)
{
	json_t *body = json_loadb(buf_str(&q->http->body), q->http->body.len, 0, NULL);
	const char *role = json_string_value(json_object_get(body, "role_id"));
	const char *id = json_string_value(json_object_get(body, "secret_id"));
	char value[80];

	if (!role || !id || strcmp(role, VAULT_FAKE_ROLE) != 0 || strcmp(id, VAULT_FAKE_SECRET_ID) != 0) {
		say_error(r, 400, "invalid role or secret ID");
	} else {
		snprintf(value, sizeof(value), "hvs.canary-login-%zu", f->ntokens);
		r->body = auth_json(f, add_token(f, value, lease_end(f)));
	}
	json_decref(body);
}

static void of_token(struct vault_fake *f, const struct request *q, struct token *t, struct reply *r)
{
	const char *what = q->path + strlen("auth/token/");

	if (strcmp(what, "lookup-self") == 0) {
		r->body = json_pack("{s:{s:I,s:b,s:s}}", "data", "ttl", t->until ? seconds(lease_time(f)) : 0,
				    "renewable", t->until != 0, "id", t->value);
	} else if (strcmp(what, "renew-self") == 0 && t->until) {
		t->until = lease_end(f);
		r->body = auth_json(f, t);
	} else if (strcmp(what, "revoke-self") == 0) {
		t->dead = true;
		r->status = 204;
	} else {
		say_error(r, 400, "lease is not renewable");
	}
}

/* ---- secrets and leases -------------------------------------------------------------- */

static void kv(struct vault_fake *f, const struct request *q, struct reply *r)
{
	bool second = begins(q->path, "secret/data/");

	for (size_t i = 0; i < f->nsecrets; i++) {
		if (strcmp(f->secrets[i].path, q->path) != 0)
			continue;
		if (!second)
			r->body = json_pack("{s:s,s:b,s:i,s:O}", "lease_id", "", "renewable", 0, "lease_duration",
					    2764800, "data", f->secrets[i].fields);
		else
			r->body = json_pack("{s:s,s:b,s:i,s:{s:O?,s:{s:i,s:s,s:b}}}", "lease_id", "", "renewable", 0,
					    "lease_duration", 0, "data", "data", f->secrets[i].fields,
					    "metadata", "version", f->secrets[i].version, "deletion_time",
					    f->secrets[i].fields ? "" : "2026-01-01T00:00:00Z", "destroyed", 0);
		r->status = f->secrets[i].fields ? 200 : 404;
		return;
	}
	say_error(r, 404, NULL);
}

static void lend(struct vault_fake *f, const struct request *q, size_t token, struct reply *r)
{
	struct lease *l = &f->leases[f->nleases];

	if (f->nleases == LEASES)
		abort();
	snprintf(l->id, sizeof(l->id), "%.60s/canary-lease-%zu", q->path, f->nleases);
	snprintf(l->user, sizeof(l->user), "v-reader-%zu", f->nleases);
	snprintf(l->password, sizeof(l->password), "canary-db-%zu", f->nleases);
	l->token = token;
	l->until = lease_end(f);
	f->nleases++;
	r->body = json_pack("{s:s,s:b,s:I,s:{s:s,s:s}}", "lease_id", l->id, "renewable", 1, "lease_duration",
			    seconds(lease_time(f)), "data", "username", l->user, "password", l->password);
	if (f->options.grant) {
		pthread_mutex_unlock(&f->http.lock);
		f->options.grant(f->options.ctx, l->user, l->password);
		pthread_mutex_lock(&f->http.lock);
	}
}

static bool is_live(const struct vault_fake *f, const struct lease *l)
{
	return !l->revoked && l->until > now_mono() && is_alive(&f->tokens[l->token]);
}

static void drop(struct vault_fake *f, struct lease *l)
{
	l->revoked = true;
	if (!f->options.drop)
		return;
	pthread_mutex_unlock(&f->http.lock);
	f->options.drop(f->options.ctx, l->user);
	pthread_mutex_lock(&f->http.lock);
}

static void of_lease(struct vault_fake *f, const struct request *q, struct reply *r)
{
	json_t *body = json_loadb(buf_str(&q->http->body), q->http->body.len, 0, NULL);
	const char *id = json_string_value(json_object_get(body, "lease_id"));
	struct lease *l = NULL;

	for (size_t i = 0; id && i < f->nleases; i++) {
		if (strcmp(f->leases[i].id, id) == 0 && is_live(f, &f->leases[i]))
			l = &f->leases[i];
	}
	if (!l) {
		say_error(r, 400, "lease not found");
	} else if (strcmp(q->path, "sys/leases/renew") == 0) {
		l->until = lease_end(f);
		r->body = json_pack("{s:s,s:b,s:I}", "lease_id", l->id, "renewable", 1, "lease_duration",
				    seconds(lease_time(f)));
	} else {
		drop(f, l);
		r->status = 204;
	}
	json_decref(body);
}

/* ---- one request --------------------------------------------------------------------- */

static bool known_method(const struct request *q)
{
	bool writes = begins(q->path, "sys/") || strcmp(q->path, "auth/approle/login") == 0 ||
		      (begins(q->path, "auth/token/") && strcmp(q->path, "auth/token/lookup-self") != 0);

	return strcmp(q->method, writes ? "POST" : "GET") == 0;
}

static void serve(struct vault_fake *f, const struct request *q, struct reply *r)
{
	struct token *t = token_of(f, header(q, "X-Vault-Token"));
	const char *space = f->options.namespace ? f->options.namespace : "";

	if (strcmp(header(q, "X-Vault-Request"), "true") != 0) {
		complain(f, "no X-Vault-Request", q);
		say_error(r, 412, "required header is missing");
	} else if (!known_method(q)) {
		complain(f, "another method", q);
		say_error(r, 405, "unsupported operation");
	} else if (strcmp(header(q, "X-Vault-Namespace"), space) != 0) {
		say_error(r, 403, "permission denied");
	} else if (strcmp(q->path, "auth/approle/login") == 0) {
		if (*header(q, "X-Vault-Token"))
			complain(f, "a token at a login", q);
		log_in(f, q, r);
	} else if (!t || (f->denied[0] && begins(q->path, f->denied))) {
		say_error(r, 403, "1 error occurred:\n\t* permission denied\n\n");
	} else if (begins(q->path, "auth/token/")) {
		of_token(f, q, t, r);
	} else if (begins(q->path, "secret/data/") || begins(q->path, "kv/")) {
		kv(f, q, r);
	} else if (begins(q->path, "secret/")) {
		r->status = 404;
		r->body = json_pack("{s:[s]}", "warnings", "Invalid path for a versioned K/V secrets engine.");
	} else if (begins(q->path, "database/creds/")) {
		lend(f, q, (size_t)(t - f->tokens), r);
	} else if (begins(q->path, "sys/leases/")) {
		of_lease(f, q, r);
	} else {
		say_error(r, 404, "no handler for route");
	}
}

static bool take_fault(struct vault_fake *f, const struct request *q, struct reply *r)
{
	if (!f->fault.status || !begins(q->path, f->fault.prefix))
		return false;
	r->status = f->fault.status;
	snprintf(r->text, sizeof(r->text), "%s", f->fault.body);
	snprintf(r->location, sizeof(r->location), "%s", f->fault.location);
	if (f->fault.counted && --f->fault.left == 0)
		f->fault.status = 0;
	return true;
}

/* Until the time is over, or the test wants it quicker. */
static void wait_slowly(struct vault_fake *f)
{
	usec until = loopback_in(f->slow * USEC_MS);

	while (f->slow && loopback_pause(&f->http, until))
		;
}

static void answer(struct vault_fake *f, const struct request *q, struct reply *r)
{
	pthread_mutex_lock(&f->http.lock);
	if (f->nseen < REQUESTS)
		snprintf(f->seen[f->nseen++], sizeof(f->seen[0]), "%s", q->path);
	pthread_cond_broadcast(&f->http.changed);
	wait_slowly(f);
	if (!take_fault(f, q, r))
		serve(f, q, r);
	pthread_mutex_unlock(&f->http.lock);
}

static enum MHD_Result send_reply(const struct request *q, struct reply *r)
{
	char *text = r->body ? json_dumps(r->body, JSON_COMPACT) : NULL;
	const char *body = text ? text : r->text;
	struct MHD_Response *m = MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body,
								 MHD_RESPMEM_MUST_COPY);
	enum MHD_Result rc;

	MHD_add_response_header(m, "Content-Type", begins(body, "<") ? "text/html" : "application/json");
	if (r->location[0])
		MHD_add_response_header(m, "Location", r->location);
	rc = MHD_queue_response(q->http->connection, r->status, m);
	MHD_destroy_response(m);
	free(text);
	json_decref(r->body);
	return rc;
}

/* A loopback_fn. */
static enum MHD_Result respond(void *ctx, struct loopback_call *c)
{
	const struct request q = { c, c->method, begins(c->path, "/v1/") ? c->path + 4 : "" };
	struct reply r = { .status = 200 };

	answer(ctx, &q, &r);
	return send_reply(&q, &r);
}

/* ---- life ---------------------------------------------------------------------------- */

struct vault_fake *vault_fake_start(const struct vault_fake_options *o, struct err *e)
{
	struct vault_fake *f = calloc(1, sizeof(*f));
	struct loopback_options http = { 0 };
	char cert[400], key[400];

	if (!f)
		abort();
	f->options = *o;
	add_token(f, VAULT_FAKE_TOKEN, 0);
	if (o->tls_dir) {
		snprintf(cert, sizeof(cert), "%s/server.crt", o->tls_dir);
		snprintf(key, sizeof(key), "%s/server.key", o->tls_dir);
		http = (struct loopback_options){ .cert_file = cert, .key_file = key };
	}
	if (loopback_start(&f->http, &http, respond, f, e))
		return f;
	vault_fake_stop(f);
	return NULL;
}

void vault_fake_stop(struct vault_fake *f)
{
	if (!f)
		return;
	loopback_stop(&f->http);
	for (size_t i = 0; i < f->nsecrets; i++)
		json_decref(f->secrets[i].fields);
	free(f);
}

unsigned vault_fake_port(const struct vault_fake *f)
{
	return f->http.port;
}

/* ---- what tests do to it --------------------------------------------------------------- */

void vault_fake_put(struct vault_fake *f, const char *path, const char *fields)
{
	size_t i = 0;

	pthread_mutex_lock(&f->http.lock);
	while (i < f->nsecrets && strcmp(f->secrets[i].path, path) != 0)
		i++;
	if (i == SECRETS)
		abort();
	if (i == f->nsecrets)
		f->nsecrets++;
	snprintf(f->secrets[i].path, sizeof(f->secrets[i].path), "%s", path);
	json_decref(f->secrets[i].fields);
	f->secrets[i].fields = fields ? json_loads(fields, 0, NULL) : NULL;
	f->secrets[i].version++;
	pthread_mutex_unlock(&f->http.lock);
}

void vault_fake_kill_token(struct vault_fake *f, const char *token)
{
	struct token *t;

	pthread_mutex_lock(&f->http.lock);
	t = token_of(f, token);
	if (t)
		t->dead = true;
	pthread_mutex_unlock(&f->http.lock);
}

void vault_fake_add_token(struct vault_fake *f, const char *token)
{
	pthread_mutex_lock(&f->http.lock);
	add_token(f, token, 0);
	pthread_mutex_unlock(&f->http.lock);
}

void vault_fake_deny(struct vault_fake *f, const char *prefix)
{
	pthread_mutex_lock(&f->http.lock);
	snprintf(f->denied, sizeof(f->denied), "%s", prefix ? prefix : "");
	pthread_mutex_unlock(&f->http.lock);
}

void vault_fake_fault(struct vault_fake *f, const char *prefix, unsigned status, const char *body,
		      const char *location, unsigned count)
{
	pthread_mutex_lock(&f->http.lock);
	snprintf(f->fault.prefix, sizeof(f->fault.prefix), "%s", prefix);
	snprintf(f->fault.body, sizeof(f->fault.body), "%s", body ? body : "");
	snprintf(f->fault.location, sizeof(f->fault.location), "%s", location ? location : "");
	f->fault.status = status;
	f->fault.left = count;
	f->fault.counted = count > 0;
	pthread_mutex_unlock(&f->http.lock);
}

void vault_fake_slow(struct vault_fake *f, unsigned ms)
{
	pthread_mutex_lock(&f->http.lock);
	f->slow = ms;
	pthread_cond_broadcast(&f->http.changed);
	pthread_mutex_unlock(&f->http.lock);
}

/* ---- what it saw ----------------------------------------------------------------------- */

static size_t counted(const struct vault_fake *f, const char *prefix)
{
	size_t n = 0;

	for (size_t i = 0; i < f->nseen; i++)
		n += begins(f->seen[i], prefix);
	return n;
}

size_t vault_fake_count(struct vault_fake *f, const char *prefix)
{
	size_t n;

	pthread_mutex_lock(&f->http.lock);
	n = counted(f, prefix);
	pthread_mutex_unlock(&f->http.lock);
	return n;
}

bool vault_fake_wait(struct vault_fake *f, const char *prefix, size_t count)
{
	usec until = loopback_in(10 * USEC_SEC);
	bool enough;

	pthread_mutex_lock(&f->http.lock);
	while (counted(f, prefix) < count && loopback_pause(&f->http, until))
		;
	enough = counted(f, prefix) >= count;
	pthread_mutex_unlock(&f->http.lock);
	return enough;
}

size_t vault_fake_leases(struct vault_fake *f)
{
	size_t n;

	pthread_mutex_lock(&f->http.lock);
	n = f->nleases;
	pthread_mutex_unlock(&f->http.lock);
	return n;
}

size_t vault_fake_live(struct vault_fake *f)
{
	size_t n = 0;

	pthread_mutex_lock(&f->http.lock);
	for (size_t i = 0; i < f->nleases; i++)
		n += is_live(f, &f->leases[i]);
	pthread_mutex_unlock(&f->http.lock);
	return n;
}

const char *vault_fake_complaint(struct vault_fake *f)
{
	return f->complaint;
}
