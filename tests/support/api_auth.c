/* Checks credentials, with an HMAC of its own making: what signs and what verifies
 * must not share a mistake. */
#include "tests/support/api_parts.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 64, DIGEST = SHA_DIGEST_LENGTH, TOO_OLD = 300 };

const char *api_argument(const struct loopback_call *c, const char *name)
{
	return MHD_lookup_connection_value(c->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *api_header(const struct loopback_call *c, const char *name)
{
	return MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);
}

static void sha1(unsigned char out[static DIGEST], const void *a, size_t alen, const void *b,
		 size_t blen)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	EVP_DigestInit_ex(ctx, EVP_sha1(), NULL);
	EVP_DigestUpdate(ctx, a, alen);
	EVP_DigestUpdate(ctx, b, blen);
	EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
}

/* RFC 2104 by hand. */
static void hmac_sha1(unsigned char out[static DIGEST], const char *key, const char *message,
		      size_t len)
{
	unsigned char inner[BLOCK] = { 0 }, outer[BLOCK], digest[DIGEST];
	size_t keylen = strlen(key);

	if (keylen > BLOCK)
		sha1(inner, key, keylen, "", 0);
	else
		memcpy(inner, key, keylen);
	memcpy(outer, inner, BLOCK);
	for (int i = 0; i < BLOCK; i++) {
		inner[i] ^= 0x36;
		outer[i] ^= 0x5c;
	}
	sha1(digest, inner, BLOCK, message, len);
	sha1(out, outer, BLOCK, digest, DIGEST);
}

static void base64(char *out, const void *data, size_t len, bool url_safe)
{
	EVP_EncodeBlock((unsigned char *)out, data, (int)len);
	for (; url_safe && *out; out++)
		*out = *out == '+' ? '-' : *out == '/' ? '_' : *out;
}

static time_t stamp_time(const char *stamp)
{
	struct tm tm = { 0 };
	char *end = strptime(stamp, "%Y%m%d%H%M%S", &tm);

	return strlen(stamp) == 14 && end && !*end ? timegm(&tm) : -1;
}

static const char *compare(const struct api_options *o, const char *app, const char *signature,
			   const char *expected, time_t at, usec now)
{
	long long age = (long long)(now / USEC_SEC) - (long long)at;

	if (!o->app || !o->secret || strcmp(app, o->app) != 0)
		return "unknown application";
	if (at < 0 || age > TOO_OLD || age < -TOO_OLD)
		return "timestamp expired";
	return strcmp(signature, expected) == 0 ? NULL : "bad signature";
}

static const char *check_query(const struct api_options *o, const char *app, const char *stamp,
			       const char *signature, bool url_safe, usec now)
{
	unsigned char digest[DIGEST];
	char expected[64], message[256];

	if (!app || !stamp || !signature)
		return "incomplete signature";
	snprintf(message, sizeof(message), "%s--%s", app, stamp);
	hmac_sha1(digest, o->secret ? o->secret : "", message, strlen(message));
	base64(expected, digest, sizeof(digest), url_safe);
	return compare(o, app, signature, expected, stamp_time(stamp), now);
}

static const char *check_headers(const struct api_options *o, const struct loopback_call *c, usec now)
{
	const char *app = api_header(c, "X-FourKitesDeviceId");
	const char *signature = api_header(c, "X-FourKitesSignature");
	const char *stamp = api_header(c, "X-FourKitesTimestamp");
	unsigned char digest[DIGEST];
	char expected[2 * DIGEST + 1];
	struct buf message = BUF_INIT;

	if (!app || !signature || !stamp)
		return "incomplete signature";
	buf_printf(&message, "%s\n%s\n%s\n", c->method, c->path, stamp);
	buf_put(&message, c->body.data, c->body.len);
	hmac_sha1(digest, o->secret ? o->secret : "", message.data, message.len);
	buf_release(&message);
	for (int i = 0; i < DIGEST; i++)
		snprintf(expected + 2 * i, 3, "%02x", digest[i]);
	return compare(o, app, signature, expected, (time_t)strtoll(stamp, NULL, 10), now);
}

static const char *check_authorization(const struct api_options *o, const char *sent)
{
	char pair[256], basic[512] = "Basic ", bearer[512];

	if (o->user && o->password) {
		snprintf(pair, sizeof(pair), "%s:%s", o->user, o->password);
		base64(basic + strlen(basic), pair, strlen(pair), false);
		if (strcmp(sent, basic) == 0)
			return NULL;
	}
	snprintf(bearer, sizeof(bearer), "Bearer %s", o->token ? o->token : "");
	return o->token && strcmp(sent, bearer) == 0 ? NULL : "bad credentials";
}

const char *api_refusal(const struct api_options *o, const struct loopback_call *c, usec now)
{
	const char *key = api_header(c, "X-API-Key"), *authorization = api_header(c, "Authorization");

	if (!o->app && !o->user && !o->token)
		return NULL;
	if (api_argument(c, "app_id"))
		return check_query(o, api_argument(c, "app_id"), api_argument(c, "timestamp"),
				   api_argument(c, "signature"), false, now);
	if (api_argument(c, "client_id"))
		return check_query(o, api_argument(c, "client_id"), api_argument(c, "timestamp"),
				   api_argument(c, "signature"), true, now);
	if (api_header(c, "X-FourKitesDeviceId"))
		return check_headers(o, c, now);
	if (authorization)
		return check_authorization(o, authorization);
	if (key)
		return o->token && strcmp(key, o->token) == 0 ? NULL : "bad key";
	return "no credentials";
}
