#include "clients/http_origin.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "clients/base_url.h"

static char *part(CURLU *u, CURLUPart which)
{
	char *text = NULL;

	return curl_url_get(u, which, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart which)
{
	char *x = part(a, which), *y = part(b, which);
	bool same = x && y && strcasecmp(x, y) == 0;

	curl_free(x);
	curl_free(y);
	return same;
}

static void say_where(CURLU *u, char *where, size_t wheresz)
{
	char *host = part(u, CURLUPART_HOST), *port = part(u, CURLUPART_PORT);

	snprintf(where, wheresz, "%s:%s", host ? host : "?", port ? port : "?");
	curl_free(host);
	curl_free(port);
}

/* Anybody on the way could read it. */
static bool password_in_clear(const struct source *s, const struct http_request *req, CURLU *u)
{
	char *scheme = part(u, CURLUPART_SCHEME), *host = part(u, CURLUPART_HOST);
	bool clear = req->password && *req->password && scheme && host &&
		     strcmp(scheme, "http") == 0 && !host_is_loopback(host) &&
		     !source_bool(s, "cleartext_password", false);

	curl_free(scheme);
	curl_free(host);
	return clear;
}

static bool compare(const struct source *s, const struct http_request *req, CURLU *url,
		    CURLU *origin, char *where, size_t wheresz, struct err *e)
{
	if (curl_url_set(url, CURLUPART_URL, req->url, 0) != CURLUE_OK)
		return err_set(e, ERR_CONFIG, 0,
			       "%s: the address of the request cannot be read", s->name);
	if (curl_url_set(origin, CURLUPART_URL, s->origin, 0) != CURLUE_OK)
		return err_set(e, ERR_CONFIG, 0, "%s: its origin \"%s\" cannot be read",
			       s->name, s->origin);
	say_where(url, where, wheresz);
	if (!same_part(url, origin, CURLUPART_SCHEME) ||
	    !same_part(url, origin, CURLUPART_HOST) || !same_part(url, origin, CURLUPART_PORT))
		return err_set(e, ERR_TRUST, 0,
			       "%s: refused to send a request to %s, it belongs to %s", s->name,
			       where, s->origin);
	if (password_in_clear(s, req, url))
		return err_set(e, ERR_TRUST, 0,
			       "%s: refused to send the password to %s in clear text (use https, or "
			       "allow it by cleartext_password)", s->name, where);
	return true;
}

bool http_origin_check(const struct source *s, const struct http_request *req, char *where,
		       size_t wheresz, struct err *e)
{
	CURLU *url = curl_url(), *origin = curl_url();
	bool ok = url && origin ? compare(s, req, url, origin, where, wheresz, e) :
		  err_set(e, ERR_MEMORY, 0, "%s: no memory for a request", s->name);

	curl_url_cleanup(url);
	curl_url_cleanup(origin);
	return ok;
}
