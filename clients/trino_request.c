#include "clients/trino_request.h"

#include <stdio.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/http.h"
#include "clients/sqlguard.h"
#include "clients/sqlliteral.h"
#include "clients/sqltext.h"

#define PREPARED "X-Trino-Prepared-Statement: sextant="

struct render {
	struct sqltext_visitor visitor; /* first */
	const struct query *query;
	struct buf sql, values;
	bool any;
};

static bool put_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)e;
	return buf_put(&((struct render *)v)->sql, s, len);
}

static bool put_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct render *r = (struct render *)v;
	const struct param *p = query_param(r->query, s, len);

	if (!p)
		return err_set(e, ERR_CONFIG, 0, "%s: no value for :%.*s", r->query->name, (int)len, s);
	buf_putc(&r->sql, '?');
	buf_puts(&r->values, r->any ? ", " : "");
	r->any = true;
	return sqlliteral_put(&r->values, p->value, e);
}

static bool note_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)s;
	(void)len;
	(void)e;
	((struct render *)v)->any = true;
	return true;
}

bool trino_binds(const struct query *q)
{
	struct render r = { .visitor = { put_text, note_name }, .query = q };

	sqltext_walk(q->text, &r.visitor, NULL);
	buf_release(&r.sql);
	return r.any;
}

static bool put_header(struct trino_request *out, const struct render *r, struct err *e)
{
	buf_puts(&out->prepared, PREPARED);
	http_escape(&out->prepared, buf_str(&r->sql), r->sql.len);
	if (out->prepared.len > TRINO_HEADER_MAX)
		return err_set(e, ERR_LIMIT, 0, "%s: this server is older than 418 and takes the statement "
			       "in a header only, but it needs %zu bytes there and %d are safe",
			       r->query->name, out->prepared.len, TRINO_HEADER_MAX);
	buf_printf(&out->body, "EXECUTE sextant USING %s", buf_str(&r->values));
	return true;
}

static bool put_body(struct trino_request *out, const struct render *r, struct err *e)
{
	buf_puts(&out->body, "EXECUTE IMMEDIATE ");
	if (!sqlliteral_put(&out->body, buf_str(&r->sql), e))
		return false;
	buf_printf(&out->body, " USING %s", buf_str(&r->values));
	return true;
}

static bool assemble(struct trino_request *out, const struct render *r, enum trino_binding binding,
		     struct err *e)
{
	if (!r->any)
		buf_puts(&out->body, buf_str(&r->sql));
	else if (binding == TRINO_BIND_HEADER ? !put_header(out, r, e) : !put_body(out, r, e))
		return false;
	return (!out->body.failed && !out->prepared.failed) ||
	       err_set(e, ERR_LIMIT, 0, "%s: the statement is too long", r->query->name);
}

bool trino_request_build(struct trino_request *out, const struct query *q,
			 enum trino_binding binding, struct err *e)
{
	struct render r = { .visitor = { put_text, put_name }, .query = q };
	bool ok = sqlguard_read_only(q->text, e) && sqltext_walk(q->text, &r.visitor, e) &&
		  assemble(out, &r, binding, e);

	buf_release(&r.sql);
	buf_release(&r.values);
	return ok;
}

void trino_request_release(struct trino_request *r)
{
	buf_release(&r->body);
	buf_release(&r->prepared);
}

/* ---- where the answer goes on ---- */

static bool is_plain(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f || *s == '#' || *s == '\\')
			return false;
	}
	return true;
}

/* `address` is cut before its query. */
static bool is_ours(const struct source *s, const char *address)
{
	struct base_url u;
	char origin[sizeof(s->origin)];
	const char *path;

	if (base_url_parse(address, &u) || !base_url_origin(&u, origin, sizeof(origin)) ||
	    strcmp(origin, s->origin) != 0)
		return false;
	path = strstr(address, "://") + strlen("://");
	path += strcspn(path, "/");
	return strncmp(path, "/v1/", 4) == 0 && !strstr(path, "/..");
}

bool trino_next_check(const struct source *s, const char *next, struct err *e)
{
	char address[TRINO_URI_MAX];
	size_t len = strcspn(next, "?");

	snprintf(address, sizeof(address), "%.*s", (int)(len < sizeof(address) ? len : 0), next);
	if (strlen(next) < TRINO_URI_MAX && is_plain(next) && is_ours(s, address))
		return true;
	return err_set(e, ERR_TRUST, 0, "%s: refused to follow the answer to \"%.100s\": it goes on below "
		       "%s/v1/ only", s->name, next, s->origin);
}
