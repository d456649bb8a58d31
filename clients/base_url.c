#include "clients/base_url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool starts(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

static size_t host_length(const char *s)
{
	size_t n;

	if (*s != '[')
		return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
	n = 1 + strspn(s + 1, "0123456789abcdefABCDEF:.");
	return n > 2 && s[n] == ']' ? n + 1 : 0;
}

/* ":8443" up to the path; false when it is no port. */
static bool read_port(const char *s, const char **end, unsigned *port)
{
	size_t digits = strspn(s + 1, "0123456789");
	unsigned n = 0;

	if (digits == 0 || digits > 5)
		return false;
	for (size_t i = 1; i <= digits; i++)
		n = n * 10 + (unsigned)(s[i] - '0');
	*port = n;
	*end = s + 1 + digits;
	return n > 0 && n <= 65535;
}

const char *base_url_parse(const char *text, struct base_url *u)
{
	const char *host = strstr(text, "://"), *end;
	size_t len;

	*u = (struct base_url){ .tls = starts(text, "https://") };
	if (!u->tls && !starts(text, "http://"))
		return "the url must begin with https:// or http://";
	if (strpbrk(text, "@?#"))
		return "the url must hold no user, no ? and no #";
	for (const char *c = text; *c; c++) {
		if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c) || *c == '\\')
			return "the url must hold no blanks, controls or backslashes";
	}
	host += 3;
	len = host_length(host);
	if (len == 0 || len >= sizeof u->host)
		return "the url's host cannot be read";
	for (size_t i = 0; i < len; i++)
		u->host[i] = (char)tolower((unsigned char)host[i]);
	u->port = u->tls ? 443 : 80;
	end = host + len;
	if (*end == ':' && !read_port(end, &end, &u->port))
		return "the url's port must be 1 to 65535";
	return *end == '\0' || *end == '/' ? NULL : "the url's host cannot be read";
}

bool base_url_origin(const struct base_url *u, char *out, size_t outsz)
{
	int n = snprintf(out, outsz, "%s://%s:%u", u->tls ? "https" : "http", u->host, u->port);

	return n > 0 && (size_t)n < outsz;
}

bool host_is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       strcmp(host, "::1") == 0 ||
	       (starts(host, "127.") && host[strspn(host, "0123456789.")] == '\0');
}
