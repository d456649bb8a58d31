/* The address of an HTTP source, as the configuration writes it:
 * http(s)://host[:port][/path], nothing else. Needs no library, so that a
 * configuration is read before libcurl is loaded; http_origin.c compares every
 * request with the result once more, through libcurl's own parser. Pure. */
#ifndef CLIENTS_BASE_URL_H
#define CLIENTS_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

struct base_url {
	bool tls;
	char host[256];          /* lower case; an IPv6 address keeps its brackets */
	unsigned port;           /* 443 or 80 when not written */
};

/* NULL when it could be read, else what is wrong with it, as a clause. */
const char *base_url_parse(const char *text, struct base_url *);
/* "https://host:443"; false when it does not fit. */
bool base_url_origin(const struct base_url *, char *out, size_t outsz);
/* localhost, 127.0.0.0/8 or ::1, which no network carries. */
bool host_is_loopback(const char *host);

#endif
