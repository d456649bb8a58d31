/* Signature Version 4 from the server's side: from what came over the wire, by
 * OpenSSL's other interface, and as the documentation orders it. */
#include "tests/support/aws_fake_parts.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/core_names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
	char id[40], date[16], region[40], service[40], names[400], signature[80];
};

struct sum {
	unsigned char b[32];
};

static struct sum keyed(const void *key, size_t key_len, const char *text)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *c = EVP_MAC_CTX_new(mac);
	char sha[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha, 0),
				OSSL_PARAM_construct_end() };
	struct sum out;
	size_t n;

	if (!EVP_MAC_init(c, key, key_len, params) ||
	    !EVP_MAC_update(c, (const unsigned char *)text, strlen(text)) ||
	    !EVP_MAC_final(c, out.b, &n, sizeof(out.b)))
		abort();
	EVP_MAC_CTX_free(c);
	EVP_MAC_free(mac);
	return out;
}

static void hex(char out[static 65], const unsigned char *in)
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", in[i]);
}

static void hashed(char out[static 65], const char *data, size_t len)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char sum[32];

	if (!EVP_DigestInit_ex(c, EVP_sha256(), NULL) || !EVP_DigestUpdate(c, data, len) ||
	    !EVP_DigestFinal_ex(c, sum, NULL))
		abort();
	EVP_MD_CTX_free(c);
	hex(out, sum);
}

static bool read_claim(const char *text, struct claim *c)
{
	return sscanf(text, "AWS4-HMAC-SHA256 Credential=%39[^/]/%15[^/]/%39[^/]/%39[^/]/aws4_request, "
		      "SignedHeaders=%399[^,], Signature=%79s", c->id, c->date, c->region, c->service,
		      c->names, c->signature) == 6;
}

static bool listed(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; *at; at += strcspn(at, ";"), at += *at == ';') {
		if (strncasecmp(at, name, len) == 0 && (at[len] == ';' || at[len] == '\0'))
			return true;
	}
	return false;
}

struct walk {
	const char *names, *missing;
};

/* All that AWS reads must be signed. */
static enum MHD_Result check_signed(void *ctx, enum MHD_ValueKind kind, const char *key,
				    const char *value)
{
	struct walk *w = ctx;

	(void)kind;
	(void)value;
	if ((strncasecmp(key, "x-amz-", 6) == 0 || strcasecmp(key, "host") == 0) &&
	    !listed(w->names, key))
		w->missing = key;
	return MHD_YES;
}

static bool canonical_headers(const struct loopback_call *r, const char *names, struct buf *out)
{
	char list[400], *rest = list, *name, *last = NULL;

	snprintf(list, sizeof(list), "%s", names);
	while ((name = strsep(&rest, ";"))) {
		const char *value = loopback_header(r, name);

		if (!*value || (last && strcmp(last, name) >= 0))
			return false;
		buf_printf(out, "%s:%s\n", name, value);
		last = name;
	}
	return true;
}

static void sign(const struct claim *c, const char *secret, const char *text, char out[static 65])
{
	char first[80];
	struct sum s;

	snprintf(first, sizeof(first), "AWS4%s", secret);
	s = keyed(first, strlen(first), c->date);
	s = keyed(s.b, 32, c->region);
	s = keyed(s.b, 32, c->service);
	s = keyed(s.b, 32, "aws4_request");
	s = keyed(s.b, 32, text);
	hex(out, s.b);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted; S3's come as the client likes. */
static void canonical_query(const char *query, struct buf *out)
{
	char *copy = strdup(query), *rest = copy, *pair, *all[32];
	size_t n = 0;

	while (*query && n < 32 && (pair = strsep(&rest, "&")))
		all[n++] = pair;
	qsort(all, n, sizeof(all[0]), by_text);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s%s", i ? "&" : "", all[i], strchr(all[i], '=') ? "" : "=");
	free(copy);
}

static bool signature_fits(const struct loopback_call *r, const struct claim *c,
			   const struct aws_key *key, const char *date)
{
	struct buf canonical = BUF_INIT, text = BUF_INIT;
	char body[65], sum[65], want[65];
	bool ok;

	hashed(body, buf_str(&r->body), r->body.len);
	buf_printf(&canonical, "%s\n%s\n", r->method, r->path);
	canonical_query(r->query, &canonical);
	buf_putc(&canonical, '\n');
	ok = canonical_headers(r, c->names, &canonical);
	buf_printf(&canonical, "\n%s\n%s", c->names, body);
	hashed(sum, buf_str(&canonical), canonical.len);
	buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", date, c->date, c->region,
		   c->service, sum);
	sign(c, key->secret, buf_str(&text), want);
	buf_release(&canonical);
	buf_release(&text);
	return ok && strcmp(want, c->signature) == 0;
}

static struct aws_key *find_key(struct aws_key *keys, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(keys[i].id, id) == 0)
			return &keys[i];
	}
	return NULL;
}

static time_t read_date(const char *text)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y%m%dT%H%M%SZ", &tm);

	return end && !*end ? timegm(&tm) : 0;
}

static bool body_as_said(const struct loopback_call *r)
{
	char sum[65];

	hashed(sum, buf_str(&r->body), r->body.len);
	return strcmp(loopback_header(r, "x-amz-content-sha256"), sum) == 0;
}

#define REFUSE(code_, ...) \
	do { \
		*code = code_; \
		snprintf(why, 200, __VA_ARGS__); \
		return NULL; \
	} while (0)

struct aws_key *aws_verify(const struct loopback_call *r, struct aws_key *keys, size_t nkeys, time_t now,
			   const char *service, const char **code, char why[static 200])
{
	const char *date = loopback_header(r, "X-Amz-Date");
	time_t at = read_date(date);
	struct claim c = { "" };
	struct walk w = { .names = c.names };
	struct aws_key *key;

	if (!*loopback_header(r, "Authorization"))
		REFUSE("MissingAuthenticationTokenException", "Missing Authentication Token");
	if (!read_claim(loopback_header(r, "Authorization"), &c))
		REFUSE("IncompleteSignatureException", "Authorization header cannot be read");
	key = find_key(keys, nkeys, c.id);
	if (!key)
		REFUSE("UnrecognizedClientException", "The security token included in the request is invalid.");
	if (!at || at > now + 300)
		REFUSE("InvalidSignatureException", "Signature not yet current: %s", date);
	if (at < now - 300)
		REFUSE("InvalidSignatureException", "Signature expired: %s is now earlier than it may be", date);
	if (strncmp(c.date, date, 8) != 0 || strcmp(c.region, "us-east-1") != 0 ||
	    strcmp(c.service, service) != 0)
		REFUSE("InvalidSignatureException", "Credential should be scoped to a valid region and "
		       "service, not %s/%s", c.region, c.service);
	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, check_signed, &w);
	if (w.missing || !listed(c.names, "host") || !listed(c.names, "x-amz-date"))
		REFUSE("InvalidSignatureException", "%s is not signed", w.missing ? w.missing : "host");
	if (strcmp(service, "s3") == 0 && !body_as_said(r))
		REFUSE("InvalidRequest", "x-amz-content-Sha256 is missing, or not that of the body");
	if (!signature_fits(r, &c, key, date))
		REFUSE("InvalidSignatureException", "The request signature we calculated does not match");
	if (strcmp(key->token, loopback_header(r, "X-Amz-Security-Token")) != 0)
		REFUSE("UnrecognizedClientException", "The security token included in the request is invalid.");
	if (key->expired || (key->until && key->until <= now))
		REFUSE("ExpiredTokenException", "The security token included in the request is expired");
	return key;
}
