#include "clients/http_source.h"

#include <stdio.h>
#include <string.h>

bool http_source_base(const struct source *s, char base[static HTTP_BASE_MAX], struct base_url *u,
		      struct err *e)
{
	const char *url = source_get(s, "url", ""), *wrong, *path;
	int n = snprintf(base, HTTP_BASE_MAX, "%s%s", strstr(url, "://") ? "" : "https://", url);

	if (n < 0 || n >= HTTP_BASE_MAX)
		return err_set(e, ERR_CONFIG, 0, "%s: the url is too long", s->name);
	while (n > 0 && base[n - 1] == '/')
		base[--n] = '\0';
	wrong = base_url_parse(base, u);
	if (wrong)
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, wrong);
	path = strstr(base, "://") + strlen("://");
	return !strchr(path, '/') ||
	       err_set(e, ERR_CONFIG, 0, "%s: the url must end behind host and port", s->name);
}

bool http_source_auth(const struct source *s, const struct base_url *u, struct err *e)
{
	const char *auth = source_get(s, "auth", "none");

	if (strcmp(auth, "none") != 0 && strcmp(auth, "basic") != 0 && strcmp(auth, "bearer") != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: auth \"%s\" is none of none, basic, bearer",
			       s->name, auth);
	if (!rest_auth_none(s) && !u->tls && !host_is_loopback(u->host))
		return err_set(e, ERR_CONFIG, 0,
			       "%s: credentials are not sent over plain http to %s: use https",
			       s->name, u->host);
	return rest_auth_check(s, e);
}

void http_source_close(struct http *http, struct rest_auth *auth)
{
	http_free(http);
	rest_auth_release(auth);
}

bool http_wrong_type(const struct http_response *r, const char *expected, struct err *e)
{
	return err_set(e, ERR_DECODE, r->status, "expected %s, got %s%s", expected,
		       r->content_type[0] ? r->content_type : "no content type",
		       strstr(r->content_type, "html") ? " (login page?)" : "");
}
