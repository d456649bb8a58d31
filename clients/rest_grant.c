/* What the endpoint of tokens answers. */
#include <string.h>
#include <strings.h>

#include "clients/base_url.h"
#include "clients/jsontext.h"
#include "clients/rest_token.h"

#define LIFE_MAX (10LL * 365 * USEC_DAY)
#define EARLIER_MAX USEC_MIN

usec rest_token_use(usec life)
{
	usec earlier = life / 10;

	return life - (earlier < EARLIER_MAX ? earlier : EARLIER_MAX);
}

static bool refuse(const char *why, struct err *e)
{
	return err_set(e, ERR_DECODE, 0, "the answer %s", why);
}

/* b64token of RFC 6750, and what Salesforce writes: "00D…!AQ…". */
static bool is_token(struct cell c)
{
	for (size_t i = 0; i < c.len; i++)
		if ((unsigned char)c.data[i] <= ' ' || (unsigned char)c.data[i] >= 0x7f)
			return false;
	return c.len > 0 && c.len < SECRET_MAX;
}

static usec read_life(json_t *v)
{
	struct cell c = jsontext_scalar(v);
	usec life = 0;

	for (size_t i = 0; i < c.len; i++) {
		if (c.data[i] < '0' || c.data[i] > '9' || life > LIFE_MAX / USEC_SEC)
			return TIME_NONE;
		life = life * 10 + (c.data[i] - '0');
	}
	return c.len > 0 ? life * USEC_SEC : TIME_NONE;
}

/* ".my.example.com" is the end of "acme.my.example.com". */
static bool ends_in(const char *host, const char *suffix)
{
	size_t n = strlen(host), k = strlen(suffix);

	return k > 1 && n > k && strcasecmp(host + n - k, suffix) == 0;
}

static bool read_base(struct cell c, const char *suffix, char out[static TOKEN_BASE_MAX], struct err *e)
{
	struct base_url u;

	if (c.len >= TOKEN_BASE_MAX || memchr(c.data, '\0', c.len))
		return refuse("names no place that can be read", e);
	memcpy(out, c.data, c.len);
	out[c.len] = '\0';
	while (c.len > 0 && out[c.len - 1] == '/')
		out[--c.len] = '\0';
	if (base_url_parse(out, &u))
		return refuse("names no place that can be read", e);
	if (!u.tls || !ends_in(u.host, suffix))
		return err_set(e, ERR_TRUST, 0, "the token says that the API is at %.120s, which is not "
			       "https://*%s", out, suffix);
	return true;
}

static bool read_grant(json_t *root, const char *suffix, struct rest_grant *g, struct err *e)
{
	struct cell token = jsontext_scalar(jsontext_at(root, "access_token"));
	struct cell type = jsontext_scalar(jsontext_at(root, "token_type"));
	struct cell base = jsontext_scalar(jsontext_at(root, "instance_url"));

	if (cell_is_null(token))
		return refuse("has no access_token", e);
	if (!is_token(token))
		return refuse("has an access_token that cannot be sent", e);
	if (type.len > 0 && (type.len != 6 || strncasecmp(type.data, "bearer", 6) != 0))
		return refuse("has a token that is no bearer's", e);
	g->life = read_life(jsontext_at(root, "expires_in"));
	return (!suffix || base.len == 0 || read_base(base, suffix, g->token.base, e)) &&
	       secret_set(&g->token.value, token.data, token.len, e);
}

bool rest_grant_read(const char *json, size_t len, const char *suffix, struct rest_grant *g,
		     struct err *e)
{
	json_t *root = jsontext_read(json, len, e);
	bool ok;

	*g = (struct rest_grant){ .token = REST_TOKEN_INIT, .life = TIME_NONE };
	ok = root && read_grant(root, suffix, g, e);
	json_decref(root);
	if (!ok)
		rest_token_release(&g->token);
	return ok;
}
