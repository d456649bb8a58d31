#include "clients/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "clients/http.h"

enum stamp { STAMP_DIGITS, STAMP_EPOCH };          /* YYYYMMDDHHMMSS, seconds since 1970 */
enum alphabet { ALPHABET_BASE64, ALPHABET_BASE64_URL, ALPHABET_HEX };
enum carrier { CARRIER_QUERY, CARRIER_HEADERS };
enum value { VALUE_NONE, VALUE_APP, VALUE_STAMP, VALUE_SIGNATURE };

enum { STAMP_MAX = 24, SIGNATURE_MAX = 2 * EVP_MAX_MD_SIZE + 1, NAMES_MAX = 3 };

struct sign_profile {
	const char *name;
	const char *message;       /* %a app, %t timestamp, %m method, %p path, %b body */
	enum stamp stamp;
	enum alphabet alphabet;
	enum carrier carrier;
	struct {
		const char *name;
		enum value value;
	} sends[NAMES_MAX];        /* in the order sent */
};

static const struct sign_profile profiles[] = {
	{
		.name = "hmac-query",
		.message = "%a--%t",
		.stamp = STAMP_DIGITS,
		.alphabet = ALPHABET_BASE64,
		.carrier = CARRIER_QUERY,
		.sends = { { "app_id", VALUE_APP },
			   { "timestamp", VALUE_STAMP },
			   { "signature", VALUE_SIGNATURE } },
	},
	{
		.name = "hmac-client",
		.message = "%a--%t",
		.stamp = STAMP_DIGITS,
		.alphabet = ALPHABET_BASE64_URL,
		.carrier = CARRIER_QUERY,
		.sends = { { "client_id", VALUE_APP },
			   { "signature", VALUE_SIGNATURE },
			   { "timestamp", VALUE_STAMP } },
	},
	{
		.name = "hmac-headers",
		.message = "%m\n%p\n%t\n%b",
		.stamp = STAMP_EPOCH,
		.alphabet = ALPHABET_HEX,
		.carrier = CARRIER_HEADERS,
		.sends = { { "X-FourKitesDeviceId", VALUE_APP },
			   { "X-FourKitesSignature", VALUE_SIGNATURE },
			   { "X-FourKitesTimestamp", VALUE_STAMP } },
	},
};

const struct sign_profile *sign_find(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}

static bool make_stamp(char out[static STAMP_MAX], enum stamp form, usec now, struct err *e)
{
	time_t seconds = (time_t)(now / USEC_SEC);
	struct tm tm;

	if (now < 0 || !gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900)
		return err_set(e, ERR_INTERNAL, 0, "no request can be signed with this clock");
	if (form == STAMP_EPOCH)
		snprintf(out, STAMP_MAX, "%lld", (long long)seconds);
	else
		strftime(out, STAMP_MAX, "%Y%m%d%H%M%S", &tm);
	return true;
}

static bool put_message(struct buf *out, const char *shape, const struct sign_request *r,
			const char *stamp)
{
	for (const char *p = shape; *p; p++) {
		if (*p != '%')
			buf_putc(out, *p);
		else if (*++p == 'a')
			buf_puts(out, r->app);
		else if (*p == 't')
			buf_puts(out, stamp);
		else if (*p == 'm')
			buf_puts(out, r->method);
		else if (*p == 'p')
			buf_puts(out, r->path);
		else
			buf_put(out, r->body, r->body_len);
	}
	return !out->failed;
}

static void spell(char out[static SIGNATURE_MAX], enum alphabet alphabet,
		  const unsigned char *digest, size_t len)
{
	if (alphabet == ALPHABET_HEX) {
		for (size_t i = 0; i < len; i++)
			snprintf(out + 2 * i, 3, "%02x", digest[i]);
		return;
	}
	EVP_EncodeBlock((unsigned char *)out, digest, (int)len);
	for (char *p = out; alphabet == ALPHABET_BASE64_URL && *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
}

static bool make_signature(char out[static SIGNATURE_MAX], const struct sign_profile *profile,
			   const struct sign_request *r, const char *stamp, struct err *e)
{
	struct buf message = BUF_INIT;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	bool ok = put_message(&message, profile->message, r, stamp) &&
		  HMAC(EVP_sha1(), r->secret, (int)r->secret_len,
		       (const unsigned char *)message.data, message.len, digest, &len);

	buf_release(&message);
	if (!ok)
		return err_set(e, ERR_INTERNAL, 0, "the request could not be signed");
	spell(out, profile->alphabet, digest, len);
	return true;
}

static void send_in_query(struct buf *query, const char *name, const char *value)
{
	if (query->len > 0)
		buf_putc(query, '&');
	buf_printf(query, "%s=", name);
	http_form_escape(query, value, strlen(value));
}

/* A header value must not start a header of its own. */
static bool fits_header(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static bool acceptable(const struct sign_profile *profile, const struct sign_request *r,
		       struct err *e)
{
	if (!r->app || !*r->app)
		return err_set(e, ERR_CONFIG, 0, "signing %s needs an app_id", profile->name);
	if (r->secret_len == 0 || r->secret_len > SECRET_MAX)
		return err_set(e, ERR_CONFIG, 0, "signing %s needs a secret: it is empty",
			       profile->name);
	if (profile->carrier == CARRIER_HEADERS && !fits_header(r->app))
		return err_set(e, ERR_CONFIG, 0, "the app_id holds a control character");
	return true;
}

bool sign_apply(const struct sign_profile *profile, const struct sign_request *r,
		struct buf *query, struct buf *headers, struct err *e)
{
	bool in_query = profile->carrier == CARRIER_QUERY;
	char stamp[STAMP_MAX], signature[SIGNATURE_MAX];

	if (!acceptable(profile, r, e) || !make_stamp(stamp, profile->stamp, r->now, e) ||
	    !make_signature(signature, profile, r, stamp, e))
		return false;
	for (size_t i = 0; i < NAMES_MAX; i++) {
		const char *const values[] = { [VALUE_APP] = r->app,
					       [VALUE_STAMP] = stamp,
					       [VALUE_SIGNATURE] = signature };
		const char *value = values[profile->sends[i].value];

		if (in_query)
			send_in_query(query, profile->sends[i].name, value);
		else
			buf_printf(headers, "%s: %s\n", profile->sends[i].name, value);
	}
	if ((in_query ? query : headers)->failed)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a signature");
	return true;
}
