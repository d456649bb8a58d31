#include "clients/rest_token.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/flight.h"
#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/rest_auth.h"
#include "clients/rest_page.h"

#define REFRESH_AGAIN (30 * USEC_SEC)   /* after a refresh failed and the old one still holds */

enum { ANSWER_MAX = 64 << 10, URL_MAX = 1024 };

struct rest_tokens {
	struct rest_tokens *next;
	const struct source *source;
	unsigned refs;                  /* under list_lock */
	pthread_mutex_t lock;           /* for all below */
	struct rest_token known;        /* generation 0: none */
	unsigned generations;
	usec refresh_at, ends;          /* monotonic; TIME_NONE = never */
	struct flight *flight;          /* NULL = nobody asks */
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rest_tokens *list;

/* ---- where, and with which settings -------------------------------------------------- */

/* A path counts from the url's origin. */
static bool token_url(const struct source *s, char out[static URL_MAX], char *origin, size_t originsz,
		      struct err *e)
{
	const char *where = source_get(s, "token_url", "");
	struct base_url u;
	const char *wrong = *where == '/' ? base_url_parse(source_get(s, "url", ""), &u) :
					    base_url_parse(where, &u);

	if (wrong || !base_url_origin(&u, origin, originsz))
		return err_set(e, ERR_CONFIG, 0, "%s: token_url: %s", s->name, wrong ? wrong : "too long");
	if (!u.tls && !host_is_loopback(u.host))
		return err_set(e, ERR_CONFIG, 0, "%s: credentials are not sent over plain http to %s: "
			       "use https for token_url", s->name, u.host);
	if (strpbrk(where, " ?#\\") ||
	    snprintf(out, URL_MAX, "%s%s", *where == '/' ? origin : "", where) >= URL_MAX)
		return err_set(e, ERR_CONFIG, 0, "%s: token_url cannot be read", s->name);
	return true;
}

static bool in_body(const struct source *s)
{
	return strcmp(source_get(s, "client_auth", "basic"), "body") == 0;
}

static bool by_password(const struct source *s)
{
	return strcmp(source_get(s, "grant", ""), "password") == 0;
}

static bool check_grant(const struct source *s, struct err *e)
{
	static const char *const needs[] = { "user", "password" };
	const char *grant = source_get(s, "grant", "client_credentials");

	if (!by_password(s))
		return strcmp(grant, "client_credentials") == 0 ||
		       err_set(e, ERR_CONFIG, 0, "%s: grant \"%s\" is none of client_credentials, password",
			       s->name, grant);
	for (size_t i = 0; i < 2; i++)
		if (!*source_get(s, needs[i], ""))
			return err_set(e, ERR_CONFIG, 0, "no %s: set sources.%s.%s", needs[i], s->name, needs[i]);
	return true;
}

bool rest_token_check(const struct source *s, struct err *e)
{
	const char *how = source_get(s, "client_auth", "basic");
	const char *suffix = source_get(s, "instance_suffix", NULL);
	char url[URL_MAX], origin[256];

	if (!*source_get(s, "token_url", ""))
		return err_set(e, ERR_CONFIG, 0, "no token_url: set sources.%s.token_url", s->name);
	if (strcmp(how, "basic") != 0 && !in_body(s))
		return err_set(e, ERR_CONFIG, 0, "%s: client_auth \"%s\" is none of basic, body",
			       s->name, how);
	if (suffix && (suffix[0] != '.' || !suffix[1] || strpbrk(suffix, "/:@ *")))
		return err_set(e, ERR_CONFIG, 0, "%s: instance_suffix must be the end of a name, like "
			       ".my.example.com", s->name);
	return check_grant(s, e) && token_url(s, url, origin, sizeof(origin), e);
}

/* ---- asking --------------------------------------------------------------------------- */

/* One request for a token. */
struct asking {
	const struct source *source;
	char url[URL_MAX];
	struct source there;            /* the source's settings, the endpoint's origin */
	struct login login;             /* the client's secret */
	struct login user_login, security;      /* of grant: password */
	struct buf form, user, password, answer;
	struct http_response response;
};

static void put_field(struct buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", name);
	http_form_escape(out, value, strlen(value));
}

/* Salesforce's security token stands behind the password. */
static void put_user(struct asking *a)
{
	const struct secret *password = &a->user_login.secret, *security = &a->security.secret;
	const char *named = a->user_login.user;

	put_field(&a->form, "username", *named ? named : source_get(a->source, "user", ""));
	buf_puts(&a->form, "&password=");
	http_form_escape(&a->form, password->data, password->len);
	if (security->len > 0)
		http_form_escape(&a->form, security->data, security->len);
}

/* RFC 6749, 2.3.1: id and secret are form-encoded within Basic as well. */
static bool write_request(struct asking *a, struct err *e)
{
	const struct source *s = a->source;
	const char *id = source_get(s, "client_id", "");

	put_field(&a->form, "grant_type", by_password(s) ? "password" : "client_credentials");
	if (by_password(s))
		put_user(a);
	put_field(&a->form, "scope", source_get(s, "scope", NULL));
	put_field(&a->form, "audience", source_get(s, "audience", NULL));
	if (in_body(s)) {
		put_field(&a->form, "client_id", id);
		put_field(&a->form, "client_secret", a->login.secret.data);
	} else {
		http_form_escape(&a->user, id, strlen(id));
		http_form_escape(&a->password, a->login.secret.data, a->login.secret.len);
	}
	return !(a->form.failed || a->user.failed || a->password.failed) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

/* An http_body_fn. */
static bool on_body(void *ctx, const struct http_response *r, const char *data, size_t len,
		    struct err *e)
{
	struct asking *a = ctx;

	(void)r;
	return buf_put(&a->answer, data, len) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static bool exchange(struct asking *a, usec deadline, struct cancel *cancel, struct err *e)
{
	static const char *const headers[] = { "Accept: application/json",
					       "Content-Type: application/x-www-form-urlencoded", NULL };
	struct http_request request = {
		.method = "POST", .url = a->url, .headers = headers, .body = buf_str(&a->form),
		.body_len = a->form.len, .deadline = deadline, .max_bytes = ANSWER_MAX,
		.user = a->user.len > 0 ? buf_str(&a->user) : NULL,
		.password = a->user.len > 0 ? buf_str(&a->password) : NULL,
	};
	struct http *http = http_new(&a->there, e);
	bool ok = http && http_exchange(http, &request, cancel, on_body, a, &a->response, e);

	http_free(http);
	return ok;
}

/* However the request spelt it. */
static void hide_secret(const struct asking *a, const struct secret *secret, struct buf *text)
{
	struct buf spelt = BUF_INIT;

	if (secret->len == 0)
		return;
	rest_auth_hide(text, secret->data, secret->len);
	http_form_escape(&spelt, secret->data, secret->len);
	rest_auth_hide_login(text, a->user.len > 0 ? buf_str(&a->user) : NULL,
			     &(struct secret){ spelt.data, spelt.len });
	rest_auth_wipe(&spelt);
}

/* RFC 6749, 5.2. What is wrong with us stays so; a server in trouble may recover. */
static bool refused(struct asking *a, struct err *e)
{
	json_t *root = jsontext_read(buf_str(&a->answer), a->answer.len, NULL);
	struct cell code = jsontext_scalar(jsontext_at(root, "error"));
	struct cell words = jsontext_scalar(jsontext_at(root, "error_description"));
	struct buf said = BUF_INIT;
	struct err why;

	if (code.len > 0)
		buf_printf(&said, "%.*s%s%.*s", (int)code.len, code.data, words.len > 0 ? ": " : "",
			   (int)words.len, words.len > 0 ? words.data : "");
	hide_secret(a, &a->login.secret, &said);
	hide_secret(a, &a->user_login.secret, &said);
	hide_secret(a, &a->security.secret, &said);
	http_status_err(a->source, &a->response, buf_str(&said), said.len, &why);
	if (why.kind == ERR_REMOTE && !why.transient && code.len > 0)
		why.kind = ERR_AUTH;
	err_set(e, why.kind, why.code, "%s (asking for a token)", why.text);
	if (e) {
		e->transient = why.transient;
		e->retry_after_ms = why.retry_after_ms;
	}
	buf_release(&said);
	json_decref(root);
	return false;
}

static bool take_answer(struct asking *a, struct rest_grant *g, struct err *e)
{
	const char *suffix = source_get(a->source, "instance_suffix", NULL);
	struct err why = { 0 };

	if (a->response.status != 200)
		return refused(a, e);
	return rest_grant_read(buf_str(&a->answer), a->answer.len, suffix, g, &why) ||
	       err_set(e, why.kind, 0, "%s: %s (asking for a token)", a->source->name, why.text);
}

static bool get_secret(const struct source *s, const char *key, struct login *l, usec deadline,
		       struct cancel *cancel, struct err *e)
{
	return source_login(s, key, l, deadline, cancel, e) &&
	       (l->secret.len > 0 || err_set(e, ERR_CONFIG, 0, "%s: its %s is empty", s->name, key));
}

static bool get_secrets(struct asking *a, usec deadline, struct cancel *cancel, struct err *e)
{
	const struct source *s = a->source;

	if (!get_secret(s, "client_secret", &a->login, deadline, cancel, e))
		return false;
	return !by_password(s) ||
	       (get_secret(s, "password", &a->user_login, deadline, cancel, e) &&
		(!*source_get(s, "security_token", "") ||
		 get_secret(s, "security_token", &a->security, deadline, cancel, e)));
}

static bool ask(const struct source *s, struct rest_grant *g, usec deadline, struct cancel *cancel,
		struct err *e)
{
	struct asking a = { .source = s, .login = LOGIN_INIT, .user_login = LOGIN_INIT,
			    .security = LOGIN_INIT, .there = *s };
	bool ok = token_url(s, a.url, a.there.origin, sizeof(a.there.origin), e) &&
		  get_secrets(&a, deadline, cancel, e);

	ok = ok && write_request(&a, e) && exchange(&a, deadline, cancel, e) && take_answer(&a, g, e);
	login_release(&a.login);
	login_release(&a.user_login);
	login_release(&a.security);
	rest_auth_wipe(&a.form);
	rest_auth_wipe(&a.user);
	rest_auth_wipe(&a.password);
	rest_auth_wipe(&a.answer);
	return ok;
}

/* ---- what is known -------------------------------------------------------------------- */

void rest_token_release(struct rest_token *t)
{
	secret_release(&t->value);
	*t = (struct rest_token)REST_TOKEN_INIT;
}

static bool copy(struct rest_token *to, const struct rest_token *from, struct err *e)
{
	if (!secret_set(&to->value, from->value.data, from->value.len, e))
		return false;
	memcpy(to->base, from->base, sizeof(to->base));
	to->generation = from->generation;
	return true;
}

static bool is_good(const struct rest_tokens *t)
{
	return t->known.generation > 0 && (t->refresh_at == TIME_NONE || now_mono() < t->refresh_at);
}

static void keep(struct rest_tokens *t, struct rest_grant *g)
{
	usec now = now_mono();

	rest_token_release(&t->known);
	t->known = g->token;
	t->known.generation = ++t->generations;
	t->ends = g->life == TIME_NONE ? TIME_NONE : now + g->life;
	t->refresh_at = g->life == TIME_NONE ? TIME_NONE : now + rest_token_use(g->life);
}

/* The old one may still hold although a new one cannot be had. */
static bool still_holds(struct rest_tokens *t)
{
	if (t->known.generation == 0 || t->ends == TIME_NONE || now_mono() >= t->ends)
		return false;
	t->refresh_at = now_mono() + REFRESH_AGAIN;
	return true;
}

/* Asks without the lock; whoever waits is woken. */
static bool refresh(struct rest_tokens *t, usec deadline, struct cancel *cancel, struct err *e)
{
	struct rest_grant g = { .token = REST_TOKEN_INIT };
	struct flight *f = flight_new();
	struct err why = { 0 };
	bool ok;

	if (!f)
		return err_set(e, ERR_MEMORY, 0, "%s: no memory for a token", t->source->name);
	t->flight = f;
	pthread_mutex_unlock(&t->lock);
	ok = ask(t->source, &g, deadline, cancel, &why);
	pthread_mutex_lock(&t->lock);
	if (ok)
		keep(t, &g);
	else
		ok = still_holds(t);
	t->flight = NULL;
	flight_land(f, ok, &why);
	if (!ok && e)
		*e = why;
	return ok;
}

bool rest_tokens_get(struct rest_tokens *t, struct rest_token *out, usec deadline,
		     struct cancel *cancel, struct err *e)
{
	bool ok = true, asked = false;

	pthread_mutex_lock(&t->lock);
	/* One that was just had is used, however short its life. */
	while (ok && !is_good(t) && !asked) {
		asked = !t->flight;
		if (t->flight)
			ok = flight_wait(t->flight, &t->lock, cancel, deadline, e);
		else
			ok = refresh(t, deadline, cancel, e);
	}
	if (ok && out->generation != t->known.generation)
		ok = copy(out, &t->known, e);
	pthread_mutex_unlock(&t->lock);
	return ok;
}

void rest_tokens_refused(struct rest_tokens *t, const struct rest_token *token)
{
	pthread_mutex_lock(&t->lock);
	if (token->generation == t->known.generation)
		rest_token_release(&t->known);
	pthread_mutex_unlock(&t->lock);
}

/* ---- the list ------------------------------------------------------------------------- */

struct rest_tokens *rest_tokens_ref(const struct source *s, struct err *e)
{
	struct rest_tokens *t;

	pthread_mutex_lock(&list_lock);
	for (t = list; t && t->source != s; t = t->next)
		;
	if (!t && (t = calloc(1, sizeof(*t)))) {
		t->source = s;
		pthread_mutex_init(&t->lock, NULL);
		t->next = list;
		list = t;
	}
	if (t)
		t->refs++;
	else
		err_set(e, ERR_MEMORY, 0, "%s: no memory for a connection", s->name);
	pthread_mutex_unlock(&list_lock);
	return t;
}

void rest_tokens_unref(struct rest_tokens *t)
{
	struct rest_tokens **at = &list;

	if (!t)
		return;
	pthread_mutex_lock(&list_lock);
	if (--t->refs == 0) {
		while (*at != t)
			at = &(*at)->next;
		*at = t->next;
		rest_token_release(&t->known);
		pthread_mutex_destroy(&t->lock);
		free(t);
	}
	pthread_mutex_unlock(&list_lock);
}
