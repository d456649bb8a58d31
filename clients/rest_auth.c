#include "clients/rest_auth.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/sign.h"

#define HIDDEN "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

struct rest_scheme {
	const char *name;
	const char *identity;   /* settings that it needs; NULL = none */
	const char *secret;
	const char *profile;    /* of sign.h */
	bool basic;             /* HTTP's own: the transport writes the header */
	bool granted;           /* the secret buys a token, which is what is sent */
	bool (*apply)(struct rest_auth *, const struct rest_signed *, struct err *);
	void (*describe)(const struct rest_auth *, struct buf *);
};

static bool apply_nothing(struct rest_auth *a, const struct rest_signed *r, struct err *e)
{
	(void)a;
	(void)r;
	(void)e;
	return true;
}

static bool apply_signature(struct rest_auth *a, const struct rest_signed *r, struct err *e)
{
	const struct sign_request request = {
		.method = r->method, .path = r->path, .body = r->body, .body_len = r->body_len,
		.app = rest_auth_identity(a), .secret = a->login.secret.data,
		.secret_len = a->login.secret.len, .now = r->now,
	};

	return sign_apply(sign_find(a->scheme->profile), &request, &a->query, &a->headers, e);
}

static const char *header_name(const struct source *s)
{
	return source_get(s, "header_name", "X-API-Key");
}

static bool put_header(struct rest_auth *a, const char *name, const char *before,
		       const struct secret *what, struct err *e)
{
	for (size_t i = 0; i < what->len; i++)
		if ((unsigned char)what->data[i] < 0x20 || what->data[i] == 0x7f)
			return err_set(e, ERR_CONFIG, 0, "%s: the %s holds a control character",
				       a->source->name, a->key);
	return buf_printf(&a->headers, "%s: %s%s\n", name, before, what->data) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

static bool apply_bearer(struct rest_auth *a, const struct rest_signed *r, struct err *e)
{
	(void)r;
	return put_header(a, "Authorization", "Bearer ", &a->login.secret, e);
}

static bool apply_token(struct rest_auth *a, const struct rest_signed *r, struct err *e)
{
	(void)r;
	return put_header(a, "Authorization", "Bearer ", &a->token.value, e);
}

static bool apply_header(struct rest_auth *a, const struct rest_signed *r, struct err *e)
{
	(void)r;
	return put_header(a, a->header, "", &a->login.secret, e);
}

static void describe_nothing(const struct rest_auth *a, struct buf *out)
{
	(void)a;
	(void)out;
}

static void describe_signed(const struct rest_auth *a, struct buf *out)
{
	buf_printf(out, " (signed %s as %s)", a->scheme->profile, rest_auth_identity(a));
}

static void describe_basic(const struct rest_auth *a, struct buf *out)
{
	buf_printf(out, " (basic as %s)", rest_auth_identity(a));
}

static void describe_bearer(const struct rest_auth *a, struct buf *out)
{
	(void)a;
	buf_puts(out, " (bearer " HIDDEN ")");
}

static void describe_token(const struct rest_auth *a, struct buf *out)
{
	buf_printf(out, " (bearer " HIDDEN " of %s)", rest_auth_identity(a));
}

static void describe_header(const struct rest_auth *a, struct buf *out)
{
	buf_printf(out, " (%s: " HIDDEN ")", a->header);
}

#define SIGNED(name_) \
	.identity = "app_id", .secret = "secret", .profile = name_, \
	.apply = apply_signature, .describe = describe_signed

static const struct rest_scheme schemes[] = {
	{ .name = "none", .apply = apply_nothing, .describe = describe_nothing },
	{ .name = "basic", .identity = "user", .secret = "password", .basic = true,
	  .apply = apply_nothing, .describe = describe_basic },
	/* What the platform's own clients call it. */
	{ .name = "hmac", SIGNED("hmac-query") },
	{ .name = "hmac-query", SIGNED("hmac-query") },
	{ .name = "hmac-client", SIGNED("hmac-client") },
	{ .name = "hmac-headers", SIGNED("hmac-headers") },
	{ .name = "bearer", .secret = "token", .apply = apply_bearer,
	  .describe = describe_bearer },
	{ .name = "header", .secret = "token", .apply = apply_header,
	  .describe = describe_header },
	{ .name = "oauth", .identity = "client_id", .secret = "client_secret", .granted = true,
	  .apply = apply_token, .describe = describe_token },
};

static const struct rest_scheme *scheme_called(const char *name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(schemes[i].name, name) == 0)
			return &schemes[i];
	return NULL;
}

/* NULL with an error that lists what there is. */
static const struct rest_scheme *find_scheme(const struct source *s, struct err *e)
{
	const char *name = source_get(s, "auth", "none");
	const struct rest_scheme *scheme = scheme_called(name);

	if (scheme)
		return scheme;
	err_set(e, ERR_CONFIG, 0,
		"%s: auth \"%s\" is none of none, basic, hmac-query, hmac-client, hmac-headers, "
		"bearer, header, oauth", s->name, name);
	return NULL;
}

/* A header name is one token (RFC 9110). */
static bool is_token(const char *s)
{
	size_t n = 0;

	while (s[n] && (isalnum((unsigned char)s[n]) || strchr("!#$%&'*+-.^_`|~", s[n])))
		n++;
	return n > 0 && !s[n];
}

static bool lacks(const struct source *s, const char *key)
{
	return key && !*source_get(s, key, "");
}

bool rest_auth_check(const struct source *s, struct err *e)
{
	const struct rest_scheme *scheme = find_scheme(s, e);
	const char *key;

	if (!scheme)
		return false;
	if (!is_token(header_name(s)))
		return err_set(e, ERR_CONFIG, 0, "%s: header_name \"%s\" is no header name", s->name,
			       header_name(s));
	if (scheme->basic && strchr(source_get(s, scheme->identity, ""), ':'))
		return err_set(e, ERR_CONFIG, 0, "%s: a user of HTTP Basic cannot hold a colon",
			       s->name);
	key = lacks(s, scheme->identity) ? scheme->identity :
	      lacks(s, scheme->secret)   ? scheme->secret : NULL;
	if (key)
		return err_set(e, ERR_CONFIG, 0, "no %s: set sources.%s.%s", key, s->name, key);
	return !scheme->granted || rest_token_check(s, e);
}

bool rest_auth_init(struct rest_auth *a, const struct source *s, struct err *e)
{
	*a = (struct rest_auth){ .source = s, .scheme = find_scheme(s, e), .login = LOGIN_INIT,
				 .token = REST_TOKEN_INIT };
	if (a->scheme)
		a->key = a->scheme->secret;
	a->header = header_name(s);
	if (a->scheme && a->scheme->granted)
		a->tokens = rest_tokens_ref(s, e);
	return a->scheme && (a->tokens || !a->scheme->granted);
}

void rest_auth_init_key(struct rest_auth *a, const struct source *s, const char *header,
			const char *key, bool bearer)
{
	*a = (struct rest_auth){ .source = s, .scheme = scheme_called(bearer ? "bearer" : "header"),
				 .key = key, .header = header, .login = LOGIN_INIT };
}

void rest_auth_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_release(b);
}

void rest_auth_release(struct rest_auth *a)
{
	login_release(&a->login);
	rest_token_release(&a->token);
	rest_tokens_unref(a->tokens);
	rest_auth_wipe(&a->query);
	rest_auth_wipe(&a->headers);
}

bool rest_auth_renew(struct rest_auth *a)
{
	if (!a->tokens)
		return false;
	rest_tokens_refused(a->tokens, &a->token);
	return true;
}

void rest_auth_forget(struct rest_auth *a)
{
	login_release(&a->login);
}

static bool load(struct rest_auth *a, usec deadline, struct cancel *cancel, struct err *e)
{
	const char *key = a->key;

	if (lacks(a->source, a->scheme->identity))
		return err_set(e, ERR_CONFIG, 0, "%s: auth %s needs %s", a->source->name,
			       a->scheme->name, a->scheme->identity);
	if (!key || a->scheme->granted)
		return true;
	if (!source_login(a->source, key, &a->login, deadline, cancel, e))
		return false;
	return a->login.secret.len > 0 ||
	       err_set(e, ERR_CONFIG, 0, "%s: its %s is empty", a->source->name, key);
}

bool rest_auth_ready(struct rest_auth *a, usec deadline, struct cancel *cancel, struct err *e)
{
	if (!load(a, deadline, cancel, e))
		return false;
	return !a->tokens || rest_tokens_get(a->tokens, &a->token, deadline, cancel, e);
}

bool rest_auth_apply(struct rest_auth *a, const struct rest_signed *r, struct err *e)
{
	rest_auth_wipe(&a->query);
	rest_auth_wipe(&a->headers);
	return a->scheme->apply(a, r, e);
}

const char *rest_auth_base(const struct rest_auth *a)
{
	return a->token.base[0] ? a->token.base : NULL;
}

const char *rest_auth_user(const struct rest_auth *a)
{
	return a->scheme->basic ? rest_auth_identity(a) : NULL;
}

bool rest_auth_timed(const struct rest_auth *a)
{
	return a->scheme->profile != NULL;
}

bool rest_auth_none(const struct source *s)
{
	return strcmp(source_get(s, "auth", "none"), "none") == 0;
}

const char *rest_auth_identity(const struct rest_auth *a)
{
	/* Whom a store names with the password is whom it is for. */
	if (a->scheme->basic && a->login.user[0])
		return a->login.user;
	return a->scheme->identity ? source_get(a->source, a->scheme->identity, "") : NULL;
}

void rest_auth_describe(const struct rest_auth *a, struct buf *out)
{
	a->scheme->describe(a, out);
}

/* ---- what came back --------------------------------------------------------------- */

void rest_auth_hide(struct buf *text, const char *s, size_t len)
{
	struct buf out = BUF_INIT;
	const char *from = buf_str(text), *end = from + text->len, *hit;

	if (len == 0 || !memmem(from, text->len, s, len))
		return;
	while ((hit = memmem(from, (size_t)(end - from), s, len))) {
		buf_put(&out, from, (size_t)(hit - from));
		buf_puts(&out, HIDDEN);
		from = hit + len;
	}
	buf_put(&out, from, (size_t)(end - from));
	buf_release(text);
	*text = out;
}

/* Percent-decodes in place; returns the new length. */
static size_t unescape(char *s)
{
	char *out = s, *start = s;

	for (; *s; s++) {
		char hex[3] = { s[0], s[0] == '%' ? s[1] : '\0', '\0' };

		if (hex[1] && isxdigit((unsigned char)s[1]) && isxdigit((unsigned char)s[2])) {
			hex[0] = s[1];
			hex[1] = s[2];
			*out++ = (char)strtol(hex, NULL, 16);
			s += 2;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
	return (size_t)(out - start);
}

/* Values of this length are signatures and tokens; ids and times are shorter. */
enum { SECRET_LOOKING = 20, PIECE_MAX = 256 };

static void hide_pieces(struct buf *text, const struct buf *sent, const char *separators)
{
	const char *s = buf_str(sent);

	while (*s) {
		char piece[PIECE_MAX];
		size_t len = strcspn(s, separators);

		if (len >= SECRET_LOOKING && len < sizeof(piece)) {
			rest_auth_hide(text, s, len);
			memcpy(piece, s, len);
			piece[len] = '\0';
			rest_auth_hide(text, piece, unescape(piece));
		}
		s += len + (s[len] != '\0');
	}
}

/* As the Authorization header spells it. */
static void hide_basic(struct buf *text, const char *user, const struct secret *secret)
{
	struct buf pair = BUF_INIT;
	unsigned char *spelt;

	buf_printf(&pair, "%s:%s", user, secret->data);
	spelt = malloc(4 * (pair.len / 3 + 1) + 1);
	if (spelt && !pair.failed) {
		size_t len = (size_t)EVP_EncodeBlock(spelt, (const unsigned char *)pair.data,
						     (int)pair.len);

		rest_auth_hide(text, (const char *)spelt, len);
		explicit_bzero(spelt, len);
	}
	free(spelt);
	rest_auth_wipe(&pair);
}

void rest_auth_hide_login(struct buf *text, const char *user, const struct secret *secret)
{
	if (secret->len == 0)
		return;
	if (user)
		hide_basic(text, user, secret);
	rest_auth_hide(text, secret->data, secret->len);
}

void rest_auth_scrub(const struct rest_auth *a, struct buf *text)
{
	hide_pieces(text, &a->query, "&=");
	hide_pieces(text, &a->headers, " \n");
	rest_auth_hide_login(text, rest_auth_user(a), &a->login.secret);
	if (a->token.value.len > 0)
		rest_auth_hide(text, a->token.value.data, a->token.value.len);
}

bool rest_auth_name_error(const struct rest_auth *auth, const char *source, struct err *e)
{
	struct buf text = BUF_INIT;
	struct err old;

	if (!e)
		return false;
	old = *e;
	if (strncmp(old.text, source, strlen(source)) != 0 || old.text[strlen(source)] != ':')
		buf_printf(&text, "%s: ", source);
	buf_puts(&text, old.text);
	rest_auth_scrub(auth, &text);
	err_set(e, old.kind, old.code, "%s", buf_str(&text));
	e->transient = old.transient;
	e->retry_after_ms = old.retry_after_ms;
	buf_release(&text);
	return false;
}
