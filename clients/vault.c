/* HashiCorp Vault: secrets of its key/value engine, credentials of its database engine,
 * and the token that all of it is asked with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "clients/base_url.h"
#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/secret_stores.h"
#include "clients/secrets.h"
#include "clients/secrets_impl.h"
#include "clients/vault_answer.h"

#define TOKEN_REF "vault_token:"
#define LOOKUP    "auth/token/lookup-self"

enum { ANSWER_MAX = 256 << 10, URL_MAX = 1024, HEADERS_MAX = 6 };

/* ---- one exchange -------------------------------------------------------------------- */

struct call {
	const struct source *vault;
	const char *method, *path;      /* "GET", "secret/data/signoz" */
	struct buf body;                /* may hold secrets */
	const struct secret *token;     /* NULL = none */
	usec deadline;
	struct cancel *cancel;
	struct http_response response;
	struct buf answer;
};

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_release(b);
}

static void call_release(struct call *c)
{
	wipe(&c->body);
	wipe(&c->answer);
}

static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct call *c = ctx;

	(void)r;
	return buf_put(&c->answer, data, len) ||
	       err_set(e, ERR_LIMIT, 0, "vault: its answer is over %d bytes", (int)ANSWER_MAX);
}

static void put_path(struct buf *url, const struct call *c)
{
	const char *base = source_get(c->vault, "url", ""), *at = c->path;
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/')
		len--;
	buf_printf(url, "%.*s/v1", (int)len, base);
	while (*at) {
		size_t n = strcspn(at, "/");

		buf_putc(url, '/');
		http_escape(url, at, n);
		at += n + (at[n] == '/');
	}
}

static bool send_to(struct call *c, struct http *http, const char *url, struct err *e)
{
	const char *headers[HEADERS_MAX] = { "X-Vault-Request: true", "Accept: application/json" };
	const char *namespace = source_get(c->vault, "namespace", "");
	struct buf token = BUF_INIT, space = BUF_INIT;
	struct http_request request = {
		.method = c->method, .url = url, .headers = headers,
		.body = c->body.len ? c->body.data : NULL, .body_len = c->body.len,
		.deadline = c->deadline, .max_bytes = ANSWER_MAX,
	};
	size_t n = 2;
	bool ok;

	if (c->body.len)
		headers[n++] = "Content-Type: application/json";
	if (*namespace && buf_printf(&space, "X-Vault-Namespace: %s", namespace))
		headers[n++] = space.data;
	if (c->token && buf_printf(&token, "X-Vault-Token: %s", c->token->data))
		headers[n++] = token.data;
	wipe(&c->answer);
	c->answer.max = ANSWER_MAX;
	ok = !token.failed && !space.failed && !c->body.failed;
	if (!ok)
		err_set(e, ERR_MEMORY, 0, "out of memory for a request");
	ok = ok && http_exchange(http, &request, c->cancel, on_body, c, &c->response, e);
	wipe(&token);
	buf_release(&space);
	return ok;
}

static bool is_redirect(const struct http_response *r)
{
	return r->status == 307 || r->status == 308;
}

/* A standby names the active node. The token goes there only if it is the same place. */
static bool leads_home(const struct call *c)
{
	const char *to = c->response.location;
	char origin[sizeof(c->vault->origin)], address[sizeof(c->response.location)];
	struct base_url u;

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(to, "?"), to);
	return strlen(to) < sizeof(c->response.location) - 1 && !base_url_parse(address, &u) &&
	       base_url_origin(&u, origin, sizeof(origin)) && strcmp(origin, c->vault->origin) == 0;
}

static bool exchange(struct call *c, struct err *e)
{
	struct http *http = http_new(c->vault, e);
	struct buf url = BUF_INIT;
	char again[sizeof(c->response.location)];
	bool ok;

	put_path(&url, c);
	ok = http && send_to(c, http, buf_str(&url), e);
	if (ok && is_redirect(&c->response) && leads_home(c)) {
		memcpy(again, c->response.location, sizeof(again));
		ok = send_to(c, http, again, e);
	}
	buf_release(&url);
	http_free(http);
	return ok;
}

/* ---- what a status means ------------------------------------------------------------- */

static bool is_success(const struct call *c)
{
	return c->response.status >= 200 && c->response.status < 300;
}

static bool absent(const struct call *c, const char *said, struct err *e)
{
	if (vault_deleted(buf_str(&c->answer), c->answer.len))
		return err_set(e, ERR_CONFIG, 404, "vault: the newest version of %s was deleted", c->path);
	return err_set(e, ERR_CONFIG, 404, "vault: there is nothing at %s%s%s", c->path,
		       *said ? ": " : "", said);
}

static bool wrong_node(const struct call *c, struct err *e)
{
	return err_set(e, ERR_TRUST, c->response.status, "vault: %s sends us to %s, which gets no token: "
		       "set vault.url to the active node", c->vault->origin,
		       c->response.location[0] ? c->response.location : "nowhere");
}

static bool status_err(const struct call *c, struct err *e)
{
	const struct http_response *r = &c->response;
	char said[VAULT_SAID_MAX];

	vault_said(buf_str(&c->answer), c->answer.len, said);
	switch (r->status) {
	case 403:
		return err_set(e, ERR_DENIED, 403, "vault: %s is not allowed%s%s", c->path,
			       *said ? ": " : "", said);
	case 404:
		return absent(c, said, e);
	case 412:
		return err_transient(e, ERR_REMOTE, 412, "vault: this replica is behind: try again");
	case 472:
		return err_set(e, ERR_CONFIG, 472, "vault: this node is for disaster recovery and gives no "
			       "secrets: set vault.url to the primary");
	case 473:
		return err_transient(e, ERR_REMOTE, 473, "vault: this node is a standby for reading only");
	case 503:
		return err_transient(e, ERR_REMOTE, 503, "vault: %s", strstr(said, "sealed") || !*said ?
				     "it is sealed, or down for maintenance" : said);
	default:
		break;
	}
	if (is_redirect(r))
		return wrong_node(c, e);
	return http_status_err(c->vault, r, said, strlen(said), e);
}

static bool no_json(const struct call *c, struct err *e)
{
	return err_set(e, ERR_DECODE, 0, "vault: expected JSON, got %s (login page?)",
		       c->response.content_type);
}

/* True when it was done. */
static bool call(struct call *c, struct err *e)
{
	if (!exchange(c, e))
		return false;
	if (!is_success(c))
		return status_err(c, e);
	return c->response.status == 204 || strcmp(c->response.content_type, "application/json") == 0 ||
	       no_json(c, e);
}

/* ---- with the token -------------------------------------------------------------------- */

/* Whether the token is good for anything: one that is may still not be allowed this. Only
 * the store itself says that it is dead, not a line that breaks. */
static bool token_lives(const struct call *c, const struct login *token)
{
	struct call look = {
		.vault = c->vault, .method = "GET", .path = LOOKUP, .token = &token->secret,
		.deadline = c->deadline, .cancel = c->cancel,
	};
	bool lives = call(&look, NULL) || look.response.status != 403;

	call_release(&look);
	return lives;
}

static bool get_token(const struct call *c, struct login *token, struct err *e)
{
	return secrets_get(c->vault, TOKEN_REF, token, c->deadline, c->cancel, e);
}

/* 403 is said to a token that ran out as well as to one that may not. Of a dead one the
 * successor is looked for, once. */
static bool not_allowed(struct call *c, struct login *token, struct err *e)
{
	unsigned was = token->generation;

	if (token_lives(c, token))
		return status_err(c, e);
	secrets_refused(c->vault, TOKEN_REF, was);
	if (!get_token(c, token, e))
		return false;
	if (token->generation != was && (call(c, e) || c->response.status != 403))
		return is_success(c);
	return err_set(e, ERR_AUTH, 403, "vault: permission denied for %s: the token is expired or "
		       "revoked, or was never good", c->path);
}

static bool call_with_token(struct call *c, struct err *e)
{
	struct login token = LOGIN_INIT;
	bool ok = get_token(c, &token, e);

	c->token = &token.secret;
	if (ok && !call(c, e))
		ok = c->response.status == 403 && not_allowed(c, &token, e);
	c->token = NULL;
	login_release(&token);
	return ok;
}

/* ---- references ------------------------------------------------------------------------ */

static const char *path_wrong(const char *path, size_t len)
{
	if (len == 0 || len >= URL_MAX / 4)
		return "it has no path, or too long a one";
	if (path[0] == '/' || strncmp(path, "v1/", 3) == 0)
		return "the path begins with the mount, as in secret/data/signoz";
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)path[i] <= ' ' || path[i] == 0x7f || strchr("?#%\\", path[i]))
			return "the path has a character that none has";
	}
	return memmem(path, len, "..", 2) || memmem(path, len, "//", 2) ? "the path has empty parts" : NULL;
}

static const char *kv_wrong(const char *what)
{
	const char *hash = strrchr(what, '#');

	if (!hash || !hash[1])
		return "the field is missing: PATH#FIELD";
	return path_wrong(what, (size_t)(hash - what));
}

static const char *db_wrong(const char *what)
{
	return path_wrong(what, strlen(what));
}

/* Only the program itself writes those. */
static const char *token_wrong(const char *what)
{
	(void)what;
	return "a token of the store is not for sources";
}

/* ---- key/value --------------------------------------------------------------------------- */

static bool kv_fetch(const struct source *s, const char *what, struct issued *out, usec deadline,
		     struct cancel *cancel, struct err *e)
{
	const char *hash = strrchr(what, '#');
	char path[URL_MAX];
	struct call c = {
		.vault = s->vault, .method = "GET", .path = path, .deadline = deadline, .cancel = cancel,
	};
	bool ok;

	snprintf(path, sizeof(path), "%.*s", (int)(hash - what), what);
	ok = call_with_token(&c, e) &&
	     vault_read_field(buf_str(&c.answer), c.answer.len, hash + 1, out, e);
	call_release(&c);
	return ok;
}

const struct secret_store vault_kv_store = {
	.scheme = "vault:", .needs = "vault", .fresh = 5 * USEC_MIN, .wrong = kv_wrong, .fetch = kv_fetch,
};

/* ---- databases ---------------------------------------------------------------------------- */

static bool db_fetch(const struct source *s, const char *what, struct issued *out, usec deadline,
		     struct cancel *cancel, struct err *e)
{
	struct call c = {
		.vault = s->vault, .method = "GET", .path = what, .deadline = deadline, .cancel = cancel,
	};
	bool ok = call_with_token(&c, e) &&
		  vault_read_credentials(buf_str(&c.answer), c.answer.len, out, e);

	call_release(&c);
	return ok;
}

static void put_lease(struct buf *body, const struct issued *lease)
{
	buf_puts(body, "{\"lease_id\":");
	jsontext_quote(body, cell_of(lease->lease));
}

static bool db_renew(const struct source *s, struct issued *lease, usec deadline,
		     struct cancel *cancel, struct err *e)
{
	struct call c = {
		.vault = s->vault, .method = "POST", .path = "sys/leases/renew", .deadline = deadline,
		.cancel = cancel,
	};
	bool ok;

	put_lease(&c.body, lease);
	buf_printf(&c.body, ",\"increment\":%lld}", (long long)(lease->lasts / USEC_SEC));
	ok = call_with_token(&c, e) && vault_read_time(buf_str(&c.answer), c.answer.len, lease, e);
	call_release(&c);
	return ok;
}

static bool db_revoke(const struct source *s, const struct issued *lease, usec deadline,
		      struct cancel *cancel, struct err *e)
{
	struct call c = {
		.vault = s->vault, .method = "POST", .path = "sys/leases/revoke", .deadline = deadline,
		.cancel = cancel,
	};
	bool ok;

	put_lease(&c.body, lease);
	buf_putc(&c.body, '}');
	ok = call_with_token(&c, e);
	call_release(&c);
	return ok;
}

const struct secret_store vault_db_store = {
	.scheme = "vault_db:", .needs = "vault", .fresh = USEC_MIN, .wrong = db_wrong, .fetch = db_fetch,
	.renew = db_renew, .revoke = db_revoke,
};

/* ---- the token ----------------------------------------------------------------------------- */

static bool put_login(struct buf *body, const struct source *vault, struct err *e)
{
	struct secret id = SECRET_INIT;
	bool ok = source_secret(vault, "secret_id", &id, e);

	buf_puts(body, "{\"role_id\":");
	jsontext_quote(body, cell_of(source_get(vault, "role_id", "")));
	buf_puts(body, ",\"secret_id\":");
	jsontext_quote(body, (struct cell){ id.data ? id.data : "", id.len });
	buf_putc(body, '}');
	secret_release(&id);
	return ok;
}

static bool log_in(const struct source *vault, struct issued *out, usec deadline,
		   struct cancel *cancel, struct err *e)
{
	char path[URL_MAX];
	struct call c = {
		.vault = vault, .method = "POST", .path = path, .deadline = deadline, .cancel = cancel,
	};
	struct err why = { 0 };
	bool ok;

	snprintf(path, sizeof(path), "auth/%s/login", source_get(vault, "approle_path", "approle"));
	ok = put_login(&c.body, vault, &why) && call(&c, &why) &&
	     vault_read_login(buf_str(&c.answer), c.answer.len, out, &why);
	/* Vault says 400 to ids that it does not know. */
	if (!ok && (c.response.status == 400 || c.response.status == 403))
		why.kind = ERR_AUTH;
	if (ok)
		snprintf(out->lease, sizeof(out->lease), "self");
	else if (e)
		*e = why;
	call_release(&c);
	return ok;
}

/* How long it lasts, if it may ask. */
static void look_up(const struct source *vault, struct issued *token, usec deadline,
		    struct cancel *cancel)
{
	struct call c = {
		.vault = vault, .method = "GET", .path = LOOKUP, .token = &token->secret,
		.deadline = deadline, .cancel = cancel,
	};

	if (call(&c, NULL))
		vault_read_time(buf_str(&c.answer), c.answer.len, token, NULL);
	call_release(&c);
}

/* What `vault login` left in the home directory, when nothing else is set. */
static bool read_token(const struct source *vault, struct secret *out, struct err *e)
{
	const char *home = getenv("HOME");
	char ref[512];

	if (*source_get(vault, "token", ""))
		return source_secret(vault, "token", out, e);
	snprintf(ref, sizeof(ref), "file:%s/.vault-token", home ? home : "");
	return secret_read(out, ref, e);
}

static bool is_header_text(const struct secret *s)
{
	for (size_t i = 0; i < s->len; i++) {
		if ((unsigned char)s->data[i] <= ' ' || (unsigned char)s->data[i] > '~')
			return false;
	}
	return true;
}

static bool token_fetch(const struct source *vault, const char *what, struct issued *out,
			usec deadline, struct cancel *cancel, struct err *e)
{
	(void)what;
	if (strcmp(source_get(vault, "auth", "token"), "approle") == 0) {
		if (!log_in(vault, out, deadline, cancel, e))
			return false;
	} else {
		if (!read_token(vault, &out->secret, e))
			return false;
		if (is_header_text(&out->secret))
			look_up(vault, out, deadline, cancel);
	}
	return is_header_text(&out->secret) ||
	       err_set(e, ERR_CONFIG, 0, "vault: the token has characters that none has");
}

static bool token_renew(const struct source *vault, struct issued *token, usec deadline,
			struct cancel *cancel, struct err *e)
{
	struct call c = {
		.vault = vault, .method = "POST", .path = "auth/token/renew-self", .deadline = deadline,
		.cancel = cancel,
	};
	bool ok = call_with_token(&c, e) && vault_read_time(buf_str(&c.answer), c.answer.len, token, e);

	call_release(&c);
	return ok;
}

/* Only one that we logged in for: another's is not ours to end. */
static bool token_revoke(const struct source *vault, const struct issued *token, usec deadline,
			 struct cancel *cancel, struct err *e)
{
	struct call c = {
		.vault = vault, .method = "POST", .path = "auth/token/revoke-self",
		.token = &token->secret, .deadline = deadline, .cancel = cancel,
	};
	bool ok = call(&c, e);

	call_release(&c);
	return ok;
}

const struct secret_store vault_token_store = {
	.scheme = TOKEN_REF, .fresh = USEC_HOUR, .last = true, .wrong = token_wrong, .fetch = token_fetch,
	.renew = token_renew, .revoke = token_revoke,
};
