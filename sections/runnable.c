#include "sections/runnable.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "clients/client.h"
#include "clients/http.h"
#include "clients/sqltext.h"

#define MARK "SEXTANT"          /* ends the here-document */

struct making {
	struct sqltext_visitor visitor;         /* first */
	const struct source *source;
	const struct attempt *attempt;
	struct buf *out;
	/* Puts one bound value where its name stood. */
	void (*put_value)(const struct making *, const struct param *);
};

/* ---- words and values ------------------------------------------------------------------ */

void runnable_word(struct buf *out, const char *data, size_t len)
{
	buf_putc(out, '\'');
	for (size_t i = 0; i < len; ) {
		const char *quote = memchr(data + i, '\'', len - i);
		size_t run = quote ? (size_t)(quote - data) - i : len - i;

		buf_put_safe(out, data + i, run);
		if (quote)
			buf_puts(out, "'\\''");
		i += run + (quote != NULL);
	}
	buf_putc(out, '\'');
}

static void put_word(struct buf *out, const char *s)
{
	runnable_word(out, s, strlen(s));
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\'' && c != '\\';
}

/* psql's \set and ClickHouse's literals both read \xNN. */
static void put_escaped(struct buf *out, const char *value)
{
	buf_putc(out, '\'');
	for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
		if (is_plain(*p))
			buf_putc(out, (char)*p);
		else if (*p == '\'' || *p == '\\')
			buf_printf(out, "\\%c", *p);
		else
			buf_printf(out, "\\x%02x", *p);
	}
	buf_putc(out, '\'');
}

/* Standard SQL has no escapes: what is not plain goes as hexadecimal digits. */
static void put_literal(struct buf *out, const char *value, const char *before, const char *after)
{
	const unsigned char *p = (const unsigned char *)value;
	bool plain = true;

	for (; *p; p++)
		plain = plain && (is_plain(*p) || *p == '\'' || *p == '\\');
	if (!plain) {
		buf_puts(out, before);
		for (p = (const unsigned char *)value; *p; p++)
			buf_printf(out, "%02x", *p);
		buf_puts(out, after);
		return;
	}
	buf_putc(out, '\'');
	for (; *value; value++)
		buf_printf(out, *value == '\'' ? "''" : "%c", *value);
	buf_putc(out, '\'');
}

/* "$NAME" of the environment that the configuration names, else one made of the source's
 * name: "$REDSHIFT_PASSWORD". */
static void put_secret(struct buf *out, const struct source *s, const char *key)
{
	const char *ref = source_get(s, key, "");

	buf_puts(out, "\"$");
	if (strncmp(ref, "env:", 4) == 0 && ref[4] &&
	    strspn(ref + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
	    strlen(ref + 4)) {
		buf_puts(out, ref + 4);
	} else {
		for (const char *p = s->name; *p; p++)
			buf_putc(out, isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_');
		buf_putc(out, '_');
		for (const char *p = key; *p; p++)
			buf_putc(out, (char)toupper((unsigned char)*p));
	}
	buf_putc(out, '"');
}

/* ---- statements -------------------------------------------------------------------------- */

/* Everything but newlines and tabs of the statement passes text_safe(). */
static void put_lines(struct buf *out, const char *s, size_t len)
{
	while (len > 0) {
		size_t run = 0;

		while (run < len && s[run] != '\n' && s[run] != '\t')
			run++;
		buf_put_safe(out, s, run);
		if (run < len)
			buf_putc(out, s[run++]);
		s += run;
		len -= run;
	}
}

static bool put_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)e;
	put_lines(((struct making *)v)->out, s, len);
	return true;
}

static const struct param *find(const struct attempt *a, const char *name, size_t len)
{
	const struct query q = { .params = a->params, .nparams = a->nparams };

	return query_param(&q, name, len);
}

static bool put_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	const struct making *m = (struct making *)v;
	const struct param *p = find(m->attempt, s, len);

	if (!p)
		return err_set(e, ERR_CONFIG, 0, "what was bound as :%.*s is not known any more", (int)len, s);
	m->put_value(m, p);
	return true;
}

static void value_psql(const struct making *m, const struct param *p)
{
	buf_printf(m->out, p->value ? ":'%s'" : "NULL", p->name);
}

static void value_sqlite(const struct making *m, const struct param *p)
{
	if (p->value)
		put_literal(m->out, p->value, "CAST(x'", "' AS TEXT)");
	else
		buf_puts(m->out, "NULL");
}

static void value_trino(const struct making *m, const struct param *p)
{
	if (p->value)
		put_literal(m->out, p->value, "from_utf8(X'", "')");
	else
		buf_puts(m->out, "NULL");
}

static void value_clickhouse(const struct making *m, const struct param *p)
{
	if (p->value)
		put_escaped(m->out, p->value);
	else
		buf_puts(m->out, "CAST(NULL AS Nullable(String))");
}

static void value_clickhouse_param(const struct making *m, const struct param *p)
{
	buf_printf(m->out, "{%s:%s}", p->name, p->value ? "String" : "Nullable(String)");
}

static bool put_statement(struct making *m, const struct config *c, struct err *e)
{
	char *text = query_text(c, m->source, m->attempt->query, e);
	bool ok;

	if (!text)
		return false;
	m->visitor = (struct sqltext_visitor){ put_text, put_name };
	ok = sqltext_walk(text, &m->visitor, e);
	free(text);
	while (m->out->len && m->out->data[m->out->len - 1] == '\n')
		m->out->data[--m->out->len] = '\0';
	return ok;
}

/* ---- psql ------------------------------------------------------------------------------- */

static void put_conninfo(struct buf *info, const char *key, const char *value)
{
	buf_printf(info, "%s%s='", info->len ? " " : "", key);
	for (; *value; value++)
		buf_printf(info, *value == '\'' || *value == '\\' ? "\\%c" : "%c", *value);
	buf_putc(info, '\'');
}

static void put_psql_address(struct buf *out, const struct source *s)
{
	struct buf info = BUF_INIT;

	put_conninfo(&info, "host", source_get(s, "host", ""));
	put_conninfo(&info, "port", source_get(s, "port", "5432"));
	put_conninfo(&info, "user", source_get(s, "user", ""));
	put_conninfo(&info, "dbname", source_get(s, "database", ""));
	put_conninfo(&info, "sslmode", source_get(s, "sslmode", "verify-full"));
	if (strcmp(source_get(s, "sslmode", ""), "disable") != 0)
		put_conninfo(&info, "sslrootcert",
			     source_get(s, "ca_file", "/etc/ssl/certs/ca-certificates.crt"));
	runnable_word(out, buf_str(&info), info.len);
	buf_release(&info);
}

static bool make_psql(struct making *m, const struct config *c, struct err *e)
{
	bool ok;

	if (*source_get(m->source, "password", "")) {
		buf_puts(m->out, "PGPASSWORD=");
		put_secret(m->out, m->source, "password");
		buf_putc(m->out, ' ');
	}
	buf_puts(m->out, "psql -X -q -v ON_ERROR_STOP=1 ");
	put_psql_address(m->out, m->source);
	buf_puts(m->out, " <<'" MARK "'\n");
	for (size_t i = 0; i < m->attempt->nparams; i++) {
		if (!m->attempt->params[i].value)
			continue;
		buf_printf(m->out, "\\set %s ", m->attempt->params[i].name);
		put_escaped(m->out, m->attempt->params[i].value);
		buf_putc(m->out, '\n');
	}
	buf_puts(m->out, "BEGIN READ ONLY;\n");
	m->put_value = value_psql;
	ok = put_statement(m, c, e);
	buf_puts(m->out, "\n;\nROLLBACK;\n" MARK "\n");
	return ok;
}

/* ---- sqlite3 ---------------------------------------------------------------------------- */

static bool make_sqlite(struct making *m, const struct config *c, struct err *e)
{
	bool ok;

	buf_puts(m->out, "sqlite3 -readonly -header ");
	put_word(m->out, source_get(m->source, "path", ""));
	buf_puts(m->out, " <<'" MARK "'\n");
	m->put_value = value_sqlite;
	ok = put_statement(m, c, e);
	buf_puts(m->out, "\n;\n" MARK "\n");
	return ok;
}

/* ---- ClickHouse ------------------------------------------------------------------------- */

/* The server took parameters; 18.16 has none. Looks at the statement, not at the values
 * listed below it, which may hold anything. */
static bool took_params(const struct attempt *a)
{
	const char *values = strstr(a->sent, "\n-- :");
	size_t len = values ? (size_t)(values - a->sent) : strlen(a->sent);

	return memmem(a->sent, len, ":String}", 8) || memmem(a->sent, len, ":Nullable(String)}", 18);
}

/* A parameter is read as a TSV cell: the same escapes, without the quotes. */
static void put_param(struct buf *out, const struct param *p)
{
	struct buf cell = BUF_INIT;

	if (p->value) {
		put_escaped(&cell, p->value);
		buf_put(out, cell.data + 1, cell.len - 2);
	} else {
		buf_puts(out, "\\N");
	}
	buf_release(&cell);
}

static void put_client_params(const struct making *m)
{
	for (size_t i = 0; i < m->attempt->nparams; i++) {
		struct buf word = BUF_INIT;

		buf_printf(&word, "--param_%s=", m->attempt->params[i].name);
		put_param(&word, &m->attempt->params[i]);
		buf_puts(m->out, " \\\n  ");
		runnable_word(m->out, buf_str(&word), word.len);
		buf_release(&word);
	}
}

static void put_option(struct buf *out, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_printf(out, " --%s ", name);
	put_word(out, value);
}

/* The host alone, of host or url; true when it speaks TLS. */
static bool clickhouse_host(const struct source *s, struct buf *host)
{
	const char *at = strstr(s->origin, "://");
	bool tls = strncmp(s->origin, "https", 5) == 0;
	size_t len;

	at = at ? at + 3 : s->origin;
	len = *at == '[' ? strcspn(at, "]") : strcspn(at, ":/");
	buf_put(host, at + (*at == '['), len - (*at == '['));
	return tls;
}

/* The configuration knows the port for HTTP; the client speaks to the usual other one. */
static void put_client(const struct making *m)
{
	const struct source *s = m->source;
	struct buf host = BUF_INIT;
	bool tls = clickhouse_host(s, &host);

	buf_puts(m->out, "clickhouse-client");
	put_option(m->out, "host", buf_str(&host));
	buf_puts(m->out, tls ? " --port 9440 --secure" : " --port 9000");
	put_option(m->out, "user", source_get(s, "user", "default"));
	if (*source_get(s, "password", "")) {
		buf_puts(m->out, " --password ");
		put_secret(m->out, s, "password");
	}
	put_option(m->out, "database", source_get(s, "database", ""));
	buf_puts(m->out, " --readonly 2 --format TabSeparatedWithNames");
	buf_release(&host);
}

static bool put_clickhouse_statement(struct making *m, const struct config *c, bool params,
				     struct err *e)
{
	bool ok;

	buf_puts(m->out, " <<'" MARK "'\n");
	m->put_value = params ? value_clickhouse_param : value_clickhouse;
	ok = put_statement(m, c, e);
	buf_puts(m->out, "\n" MARK "\n");
	return ok;
}

static bool make_clickhouse(struct making *m, const struct config *c, struct err *e)
{
	bool params = took_params(m->attempt);

	put_client(m);
	if (params)
		put_client_params(m);
	return put_clickhouse_statement(m, c, params, e);
}

static void put_clickhouse_url(const struct making *m, struct buf *url, bool params)
{
	const char *base = source_get(m->source, "url", ""), *database;

	buf_puts(url, *base ? base : m->source->origin);
	while (url->len && url->data[url->len - 1] == '/')
		url->data[--url->len] = '\0';
	buf_puts(url, "/?readonly=2&default_format=TabSeparatedWithNames");
	database = source_get(m->source, "database", "");
	if (*database) {
		buf_puts(url, "&database=");
		http_form_escape(url, database, strlen(database));
	}
	for (size_t i = 0; params && i < m->attempt->nparams; i++) {
		struct buf cell = BUF_INIT;

		put_param(&cell, &m->attempt->params[i]);
		buf_printf(url, "&param_%s=", m->attempt->params[i].name);
		http_form_escape(url, buf_str(&cell), cell.len);
		buf_release(&cell);
	}
}

static bool make_clickhouse_curl(struct making *m, const struct config *c, struct err *e)
{
	bool params = took_params(m->attempt);
	struct buf url = BUF_INIT, user = BUF_INIT;

	put_clickhouse_url(m, &url, params);
	buf_printf(&user, "X-ClickHouse-User: %s", source_get(m->source, "user", "default"));
	buf_puts(m->out, "curl -sS -H ");
	runnable_word(m->out, buf_str(&user), user.len);
	if (*source_get(m->source, "password", "")) {
		buf_puts(m->out, " -H 'X-ClickHouse-Key: '");
		put_secret(m->out, m->source, "password");
	}
	buf_puts(m->out, " --data-binary @- \\\n  ");
	runnable_word(m->out, buf_str(&url), url.len);
	buf_release(&url);
	buf_release(&user);
	return put_clickhouse_statement(m, c, params, e);
}

/* ---- Trino ------------------------------------------------------------------------------ */

static void put_trino_login(const struct making *m)
{
	const char *auth = source_get(m->source, "auth", "none");

	put_option(m->out, "user", source_get(m->source, "user", ""));
	if (strcmp(auth, "basic") == 0)
		buf_puts(m->out, " --password");
	if (strcmp(auth, "bearer") != 0)
		return;
	buf_puts(m->out, " --access-token ");
	put_secret(m->out, m->source, "token");
}

/* The program takes a password from TRINO_PASSWORD. */
static bool make_trino(struct making *m, const struct config *c, struct err *e)
{
	bool ok;

	if (strcmp(source_get(m->source, "auth", "none"), "basic") == 0) {
		buf_puts(m->out, "TRINO_PASSWORD=");
		put_secret(m->out, m->source, "password");
		buf_putc(m->out, ' ');
	}
	buf_puts(m->out, "trino --server ");
	put_word(m->out, m->source->origin);
	put_trino_login(m);
	put_option(m->out, "catalog", source_get(m->source, "catalog", ""));
	put_option(m->out, "schema", source_get(m->source, "schema", ""));
	buf_puts(m->out, " --timezone UTC --output-format TSV_HEADER --file /dev/stdin <<'" MARK "'\n");
	m->put_value = value_trino;
	ok = put_statement(m, c, e);
	buf_puts(m->out, "\n;\n" MARK "\n");
	return ok;
}

/* ---- APIs ------------------------------------------------------------------------------- */

static void put_api_auth(const struct making *m)
{
	const struct source *s = m->source;
	const char *auth = source_get(s, "auth", "none");

	if (strcmp(auth, "basic") == 0) {
		buf_puts(m->out, " -u ");
		put_word(m->out, source_get(s, "user", ""));
		buf_putc(m->out, ':');
		put_secret(m->out, s, "password");
	} else if (strcmp(auth, "bearer") == 0) {
		buf_puts(m->out, " -H 'Authorization: Bearer '");
		put_secret(m->out, s, "token");
	} else if (strcmp(auth, "header") == 0) {
		buf_puts(m->out, " -H ");
		put_word(m->out, source_get(s, "header_name", "X-API-Key"));
		buf_puts(m->out, "': '");
		put_secret(m->out, s, "token");
	}
}

/* A signature is good for a moment only: where its parameters or headers go is shown. */
static void put_signature(const struct making *m, bool has_query)
{
	const char *auth = source_get(m->source, "auth", "none");

	if (strcmp(auth, "hmac") == 0 || strcmp(auth, "hmac-query") == 0)
		buf_printf(m->out, "'%c'\"$SIGNATURE\"", has_query ? '&' : '?');
	else if (strncmp(auth, "hmac", 4) == 0)
		buf_puts(m->out, " -H \"$SIGNATURE\"");
}

/* "GET https://… (signed …)\nbody", as the trail keeps it. */
static bool make_api(struct making *m, const struct config *c, struct err *e)
{
	const char *sent = m->attempt->sent;
	size_t method = strcspn(sent, " \n"), url, line = strcspn(sent, "\n");
	const char *at = sent + method + (sent[method] == ' ');

	(void)c;
	url = strcspn(at, " \n");
	if (!url || !method || strspn(sent, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != method)
		return err_set(e, ERR_CONFIG, 0, "this request is no URL");
	buf_printf(m->out, "curl -sS -X %.*s", (int)method, sent);
	put_api_auth(m);
	if (sent[line]) {
		buf_puts(m->out, " -H 'Content-Type: application/json' --data-binary ");
		put_word(m->out, sent + line + 1);
	}
	buf_puts(m->out, " \\\n  ");
	runnable_word(m->out, at, url);
	put_signature(m, memchr(at, '?', url) != NULL);
	buf_putc(m->out, '\n');
	return true;
}

/* ---- S3 --------------------------------------------------------------------------------- */

static void put_aws_key(const struct making *m, const char *key, const char *variable)
{
	if (*source_get(m->source, key, ""))
		put_secret(m->out, m->source, key);
	else
		buf_printf(m->out, "\"$%s\"", variable);
}

/* "GET https://…\nRange: …\n-- S3, …": signed anew by curl, with no body. */
static bool make_s3(struct making *m, const struct config *c, struct err *e)
{
	static const char nothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	const char *sent = m->attempt->sent, *range = strstr(sent, "\nRange: ");

	(void)c;
	if (strncmp(sent, "GET ", 4) != 0)
		return err_set(e, ERR_CONFIG, 0, "this request is no URL");
	buf_printf(m->out, "curl -sS%s --aws-sigv4 ",
		   strstr(sent, "response-content-encoding=") ? " --compressed" : "");
	put_word(m->out, "aws:amz:");
	put_word(m->out, source_get(m->source, "region", ""));
	buf_puts(m->out, ":s3 -u ");
	put_aws_key(m, "access_key", "AWS_ACCESS_KEY_ID");
	buf_putc(m->out, ':');
	put_aws_key(m, "secret_key", "AWS_SECRET_ACCESS_KEY");
	buf_printf(m->out, " -H 'X-Amz-Content-Sha256: %s'", nothing);
	/* An empty header would be signed, but not sent. */
	if (*source_get(m->source, "session_token", "")) {
		buf_puts(m->out, " -H 'X-Amz-Security-Token: '");
		put_secret(m->out, m->source, "session_token");
	} else if (!*source_get(m->source, "access_key", "")) {
		buf_puts(m->out, " ${AWS_SESSION_TOKEN:+-H \"X-Amz-Security-Token: $AWS_SESSION_TOKEN\"}");
	}
	if (range) {
		buf_puts(m->out, " -H ");
		runnable_word(m->out, range + 1, strcspn(range + 1, "\n"));
	}
	buf_puts(m->out, " \\\n  ");
	runnable_word(m->out, sent + 4, strcspn(sent + 4, "\n"));
	buf_putc(m->out, '\n');
	return true;
}

/* ---- the kinds -------------------------------------------------------------------------- */

static const struct {
	const char *kind;
	bool (*native)(struct making *, const struct config *, struct err *);
	bool (*curl)(struct making *, const struct config *, struct err *);
} kinds[] = {
	{ "postgres", make_psql, NULL },
	{ "clickhouse", make_clickhouse, make_clickhouse_curl },
	{ "sqlite", make_sqlite, NULL },
	{ "trino", make_trino, NULL },
	{ "rest", make_api, make_api },
	{ "s3", make_s3, make_s3 },
	{ "neo4j", make_api, make_api },
};

static bool make(struct making *m, const struct config *c, enum runnable_form form, struct err *e)
{
	const char *kind = m->source->client ? m->source->client->kind : "";

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		if (form == RUNNABLE_NATIVE)
			return kinds[i].native(m, c, e);
		return kinds[i].curl ? kinds[i].curl(m, c, e)
				     : err_set(e, ERR_CONFIG, 0, "%s has no command for curl: q copies its own",
					       m->source->name);
	}
	return err_set(e, ERR_CONFIG, 0, "no command for a source of the kind '%s'", kind);
}

bool runnable_query(const struct config *c, const struct attempt *a, enum runnable_form form,
		    struct buf *out, struct err *e)
{
	const struct source *s = config_source(c, a->source);
	struct making m = { .source = s, .attempt = a, .out = out };

	if (!a->sent || !s)
		return err_set(e, ERR_CONFIG, 0, "nothing was sent");
	if (!make(&m, c, form, e))
		return false;
	return !out->failed || err_set(e, ERR_LIMIT, 0, "the query is too long");
}
