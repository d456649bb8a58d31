#include "clients/rest_next.h"

#include <string.h>

#include "clients/base_url.h"
#include "clients/http.h"

enum { ADDRESS_MAX = 4096 };

static bool no_address(struct cell c, const char *why, struct err *e)
{
	return err_set(e, ERR_DECODE, 0, "the address of the next page %s: \"%.*s\"", why,
		       c.len < 100 ? (int)c.len : 100, c.data);
}

/* What an address holds in escaped form only. */
static bool needs_escape(unsigned char b)
{
	return b <= ' ' || b >= 0x7f || strchr("\"<>\\^`{|}", b);
}

/* What may stand in an address as it is sent. Some services repeat their arguments
 * unescaped: behind the path only what steers is refused. */
static bool sendable(struct cell c)
{
	bool path = true;

	for (size_t i = 0; i < c.len; i++) {
		unsigned char b = (unsigned char)c.data[i];

		path = path && b != '?';
		if (b < ' ' || b == 0x7f || b == '#' || (path && needs_escape(b)))
			return false;
	}
	return c.len > 0;
}

static void put_arguments(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (needs_escape((unsigned char)*s))
			http_escape(out, s, 1);
		else
			buf_putc(out, *s);
	}
}

static bool climbs(const char *path)
{
	for (const char *s = path; (s = strstr(s, "/.")); s += 2) {
		size_t dots = strspn(s + 1, ".");

		if (dots <= 2 && (s[1 + dots] == '/' || s[1 + dots] == '\0'))
			return true;
	}
	return false;
}

/* Cuts "https://host:port" off, which must be ours. */
static bool same_origin(char *text, const char *origin, const char **path)
{
	char found[256], *slash = strstr(text, "://");
	struct base_url u;
	bool same;

	slash = slash ? strchr(slash + 3, '/') : NULL;
	if (!slash)
		return false;
	*slash = '\0';
	same = !base_url_parse(text, &u) && base_url_origin(&u, found, sizeof(found)) &&
	       strcmp(found, origin) == 0;
	*slash = '/';
	*path = slash;
	return same;
}

bool rest_next_read(struct cell c, const char *origin, bool below_url, struct rest_request *r,
		    struct err *e)
{
	char text[ADDRESS_MAX], *query;
	const char *path = text;

	if (c.len >= sizeof(text))
		return no_address(c, "is too long", e);
	if (!sendable(c))
		return no_address(c, "holds what cannot stand there", e);
	memcpy(text, c.data, c.len);
	text[c.len] = '\0';
	query = strchr(text, '?');
	if (query)
		*query++ = '\0';
	if (text[0] != '/' && !strstr(text, "://"))
		return no_address(c, "is no path", e);
	if (text[0] != '/' ? !same_origin(text, origin, &path) : text[1] == '/')
		return err_set(e, ERR_TRUST, 0, "the next page is said to be at %.100s, which is not %s",
			       text, origin);
	if (climbs(path))
		return no_address(c, "climbs", e);
	buf_clear(&r->path);
	buf_clear(&r->query);
	r->rooted = !below_url || text[0] != '/';
	buf_puts(&r->path, path);
	put_arguments(&r->query, query ? query : "");
	return !(r->path.failed || r->query.failed) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}
