#include "clients/clickhouse_request.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/clickhouse_tsv.h"
#include "clients/sqltext.h"

enum {
	PARAMS_SINCE = 20,       /* major version that has {name:Type} */
	URL_VALUES_MAX = 4096,   /* longer values go into a form */
	OLD_URL_MAX = 16000,     /* what 18.16 takes */
	BLOCK_ROWS = 8192,       /* a small answer is cut finer than by the usual 65,536 */
};

/* ---- the address ---- */

static bool tls_wanted(const struct source *s)
{
	return source_bool(s, "secure", false) || source_int(s, "port", 0) == 8443 ||
	       source_int(s, "port", 0) == 9440;
}

/* The environment of the workspace names the ports of the native protocol. */
static long http_port(const struct source *s, bool tls)
{
	long port = source_int(s, "port", tls ? 8443 : 8123);

	if (port == 9000)
		return 8123;
	return port == 9440 ? 8443 : port;
}

static void host_url(const struct source *s, const char *host, struct buf *out)
{
	bool tls = tls_wanted(s), v6 = strchr(host, ':') && host[0] != '[';

	buf_printf(out, "%s://%s%s%s:%ld", tls ? "https" : "http", v6 ? "[" : "", host,
		   v6 ? "]" : "", http_port(s, tls));
}

bool ch_address(const struct source *s, struct buf *base, char *origin, size_t originsz,
		struct err *e)
{
	const char *url = source_get(s, "url", ""), *host = source_get(s, "host", ""), *wrong;
	struct base_url u;

	if (*url)
		buf_puts(base, url);
	else if (*host)
		host_url(s, host, base);
	else
		return err_set(e, ERR_CONFIG, 0, "no host: set sources.%s.host or .url", s->name);
	while (base->len > 0 && base->data[base->len - 1] == '/')
		base->data[--base->len] = '\0';
	wrong = base_url_parse(buf_str(base), &u);
	if (wrong)
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, wrong);
	return !base->failed && base_url_origin(&u, origin, originsz);
}

/* ---- the statement ---- */

struct render {
	struct sqltext_visitor visitor;
	const struct query *query;
	struct buf *sql;
	bool tables;            /* no parameters there: temporary tables */
	bool *used;             /* by index of the parameter */
};

static bool put_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct render *r = (struct render *)v;

	(void)e;
	return buf_put(r->sql, s, len);
}

static bool put_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct render *r = (struct render *)v;
	const struct param *p = query_param(r->query, s, len);

	if (!p)
		return err_set(e, ERR_CONFIG, 0, "%s: no value for :%.*s", r->query->name,
			       (int)len, s);
	r->used[p - r->query->params] = true;
	if (r->tables)
		return buf_printf(r->sql, "(SELECT v FROM p_%s)", p->name);
	return buf_printf(r->sql, "{%s:%s}", p->name, p->value ? "String" : "Nullable(String)");
}

static bool render(struct ch_request *r, const struct query *q, bool tables, bool *used,
		   struct err *e)
{
	struct render walk = {
		.visitor = { put_text, put_name },
		.query = q, .sql = &r->sql, .tables = tables, .used = used,
	};

	if (!sqltext_walk(q->text, &walk.visitor, e))
		return r->sql.failed ? err_set(e, ERR_LIMIT, 0, "%s: the statement is too long",
					       q->name) : false;
	return true;
}

/* ---- the URL ---- */

static void put_arg(struct buf *url, const char *key, const char *value)
{
	buf_printf(url, "%c%s=", strchr(buf_str(url), '?') ? '&' : '?', key);
	http_form_escape(url, value, strlen(value));
}

static void put_number(struct buf *url, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	put_arg(url, key, text);
}

static void put_limits(struct buf *url, const struct ch_server *server, const struct query *q,
		       usec remaining)
{
	uint64_t rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS;
	usec left = remaining - 2 * USEC_SEC;

	/* Whole seconds, less than we wait ourselves. */
	put_number(url, "max_execution_time", left > USEC_SEC ? (uint64_t)(left / USEC_SEC) : 1);
	/* One more than we take: whether the answer was longer must show. */
	put_number(url, "max_result_rows", rows + 1);
	put_arg(url, "result_overflow_mode", "break");
	if (rows < BLOCK_ROWS)
		put_number(url, "max_block_size", BLOCK_ROWS);
	put_arg(url, "output_format_json_quote_64bit_integers", "1");
	if (server->major >= PARAMS_SINCE) {
		put_arg(url, "date_time_output_format", "simple");
		put_arg(url, "cancel_http_readonly_queries_on_client_close", "1");
	}
}

static void put_settings(struct buf *url, const struct source *s, const struct ch_server *server,
			 const struct query *q, usec remaining)
{
	const char *database = source_get(s, "database", "");

	buf_putc(url, '/');
	put_arg(url, "query_id", q->id);
	put_arg(url, "default_format", "TabSeparatedWithNamesAndTypes");
	if (*database)
		put_arg(url, "database", database);
	if (server->send_readonly)
		put_arg(url, "readonly", "2");
	if (server->send_limits)
		put_limits(url, server, q, remaining);
}

/* ---- the values ---- */

/* A field: where its bytes begin in `values`; pointers come when that is full. */
struct ch_piece {
	char name[96];
	size_t from, len;
	bool file;
};

static void add_table(struct ch_request *r, const struct param *p, struct ch_piece *piece)
{
	char key[96];

	snprintf(key, sizeof(key), "p_%s_structure", p->name);
	put_arg(&r->url, key, p->value ? "v String" : "v Nullable(String)");
	snprintf(piece->name, sizeof(piece->name), "p_%s", p->name);
	piece->file = true;
	tsv_put_value(&r->values, p->value);
	buf_putc(&r->values, '\n');
}

static void add_form_value(struct ch_request *r, const struct param *p, struct ch_piece *piece)
{
	snprintf(piece->name, sizeof(piece->name), "param_%s", p->name);
	tsv_put_value(&r->values, p->value);
}

static void point_fields(struct ch_request *r)
{
	for (size_t i = 0; i < r->nfields; i++) {
		const struct ch_piece *p = &r->pieces[i];

		r->fields[i] = (struct http_field){
			.name = p->name, .data = buf_str(&r->values) + p->from, .len = p->len,
			.file = p->file,
		};
	}
}

/* Every used value as a field: a table, or a parameter next to the statement. */
static bool add_fields(struct ch_request *r, const struct query *q, bool tables, const bool *used,
		       struct err *e)
{
	r->pieces = calloc(q->nparams + 1, sizeof(*r->pieces));
	r->fields = calloc(q->nparams + 1, sizeof(*r->fields));
	if (!r->pieces || !r->fields)
		return err_set(e, ERR_MEMORY, 0, "no memory for the parameters of a query");
	if (!tables) {
		r->pieces[r->nfields++] = (struct ch_piece){ .name = "query", .len = r->sql.len };
		buf_put(&r->values, r->sql.data, r->sql.len);
	}
	for (size_t i = 0; i < q->nparams; i++) {
		struct ch_piece *p = &r->pieces[r->nfields];

		if (!used[i])
			continue;
		p->from = r->values.len;
		if (tables)
			add_table(r, &q->params[i], p);
		else
			add_form_value(r, &q->params[i], p);
		p->len = r->values.len - p->from;
		r->nfields++;
	}
	point_fields(r);
	return true;
}

/* The escaped cell once more escaped for the URL. */
static void add_url_values(struct ch_request *r, const struct query *q, const bool *used)
{
	for (size_t i = 0; i < q->nparams; i++) {
		char key[96];

		if (!used[i])
			continue;
		buf_clear(&r->values);
		tsv_put_value(&r->values, q->params[i].value);
		snprintf(key, sizeof(key), "param_%s", q->params[i].name);
		put_arg(&r->url, key, buf_str(&r->values));
	}
}

static size_t value_bytes(const struct query *q, const bool *used)
{
	size_t n = 0;

	for (size_t i = 0; i < q->nparams; i++)
		n += used[i] && q->params[i].value ? strlen(q->params[i].value) : 0;
	return n;
}

static bool any_used(const struct query *q, const bool *used)
{
	return q->nparams > 0 && memchr(used, true, q->nparams);
}

static bool add_values(struct ch_request *r, const struct query *q, bool tables, const bool *used,
		       struct err *e)
{
	r->sql_in_body = true;
	if (!any_used(q, used))
		return true;
	if (!tables && value_bytes(q, used) <= URL_VALUES_MAX) {
		add_url_values(r, q, used);
		return true;
	}
	r->sql_in_body = false;
	if (tables)
		put_arg(&r->url, "query", r->sql.data);
	if (!add_fields(r, q, tables, used, e))
		return false;
	return !tables || r->url.len <= OLD_URL_MAX ||
	       err_set(e, ERR_LIMIT, 0, "%s: too long for this server: with values it takes "
					"statements of about 10 kB", q->name);
}

bool ch_request_build(struct ch_request *r, const struct source *s, const char *base,
		      const struct ch_server *server, const struct query *q, usec remaining,
		      struct err *e)
{
	bool tables = server->major < PARAMS_SINCE, ok;
	bool *used = calloc(q->nparams + 1, sizeof(*used));

	*r = (struct ch_request){ 0 };
	if (!used)
		return err_set(e, ERR_MEMORY, 0, "no memory for a query");
	buf_puts(&r->url, base);
	put_settings(&r->url, s, server, q, remaining);
	ok = render(r, q, tables, used, e) && add_values(r, q, tables, used, e);
	free(used);
	if (ok && (r->sql.failed || r->url.failed || r->values.failed))
		ok = err_set(e, ERR_LIMIT, 0, "%s: the query and its values are too long", q->name);
	if (!ok)
		ch_request_release(r);
	return ok;
}

void ch_request_release(struct ch_request *r)
{
	free(r->pieces);
	free(r->fields);
	buf_release(&r->sql);
	buf_release(&r->url);
	buf_release(&r->values);
	*r = (struct ch_request){ 0 };
}
