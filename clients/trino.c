/* Trino over its statement protocol: a POST begins a query, each answer names where
 * the next one is, the last names none. Session headers of answers (X-Trino-Set-…)
 * are not needed: nothing is sent that would set anything.
 *
 * The whole answer is fetched as fast as the server gives it, so a person who reads
 * slowly never keeps it waiting, and no query is abandoned there. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/client.h"
#include "clients/http.h"
#include "clients/http_source.h"
#include "clients/jsontext.h"
#include "clients/registry.h"
#include "clients/rest_ask.h"
#include "clients/rest_auth.h"
#include "clients/sqltext.h"
#include "clients/trino_ask.h"

static const struct setting_def settings[] = {
	{ "url", NULL, true, false, "the coordinator: https://host[:port]; a bare host means https" },
	{ "auth", "none", false, false, "none, basic or bearer" },
	{ "user", NULL, false, false, "who asks; not needed with bearer" },
	{ "password", NULL, false, true, "for basic" },
	{ "token", NULL, false, true, "for bearer: a JWT" },
	{ "catalog", NULL, false, false, "catalog of unqualified table names" },
	{ "schema", NULL, false, false, "schema of unqualified table names" },
	HTTP_SETTINGS("30"),
	{ NULL, NULL, false, false, NULL },
};

/* ---- the source --------------------------------------------------------------------- */

/* They stand in headers. */
static bool check_words(const struct source *s, struct err *e)
{
	static const char *const keys[] = { "user", "catalog", "schema" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *word = source_get(s, keys[i], "");

		for (size_t n = 0; word[n]; n++) {
			if (!isgraph((unsigned char)word[n]) || n >= 200)
				return err_set(e, ERR_CONFIG, 0, "%s: %s must be plain ASCII without "
					       "blanks", s->name, keys[i]);
		}
	}
	return true;
}

static bool prepare(struct source *s, struct err *e)
{
	struct base_url u;
	char base[HTTP_BASE_MAX];

	if (!http_source_base(s, base, &u, e) ||
	    !base_url_origin(&u, s->origin, sizeof(s->origin)) || !check_words(s, e))
		return false;
	/* Without credentials, and besides a password, the user stands in a header. */
	if (strcmp(source_get(s, "auth", "none"), "bearer") != 0 && !*source_get(s, "user", ""))
		return err_set(e, ERR_CONFIG, 0, "no user: set sources.%s.user", s->name);
	return http_source_auth(s, &u, e);
}

static void close_conn(void *conn)
{
	struct trino *t = conn;

	if (t)
		http_source_close(t->http, &t->auth);
	free(t);
}

static void *open_conn(const struct source *s, struct err *e)
{
	struct trino *t = source_alloc(s, sizeof(*t), e);
	struct base_url u;

	if (!t)
		return NULL;
	t->source = s;
	if (http_source_base(s, t->base, &u, e) && rest_auth_init(&t->auth, s, e))
		t->http = http_new(s, e);
	if (t->http)
		return t;
	close_conn(t);
	return NULL;
}

/* ---- run ----------------------------------------------------------------------------- */

/* As one question of a query, or one of our own (no sink). */
static struct trino_asking *asking_new(struct trino *t, const struct trino_request *request,
				       usec deadline, struct cancel *cancel, struct err *e)
{
	struct trino_asking *a = calloc(1, sizeof(*a));

	if (!a) {
		err_set(e, ERR_MEMORY, 0, "%s: out of memory for a request", t->source->name);
		return NULL;
	}
	a->trino = t;
	a->request = request;
	a->deadline = deadline;
	a->cancel = cancel;
	a->id = "sextant";
	a->max_bytes = CLIENT_MAX_BYTES;
	a->max_rows = CLIENT_MAX_ROWS;
	return a;
}

/* What a question of our own brought. */
struct found {
	char first[64];         /* printable */
	bool syntax_error, fixes_limits;
	int64_t skew_ms;
};

static bool ask_own(struct trino *t, const char *sql, usec deadline, struct cancel *cancel,
		    struct found *f, struct err *e)
{
	struct trino_request request = TRINO_REQUEST_INIT;
	struct trino_asking *a = asking_new(t, &request, deadline, cancel, e);
	bool ok;

	*f = (struct found){ .first = "" };
	if (!a)
		return false;
	buf_puts(&request.body, sql);
	ok = trino_ask(a, e);
	snprintf(f->first, sizeof(f->first), "%.63s", buf_str(&a->rows.first));
	f->syntax_error = a->syntax_error;
	f->fixes_limits = a->fixes_limits;
	f->skew_ms = a->response.skew_ms;
	trino_asking_free(a);
	trino_request_release(&request);
	return ok;
}

/* Asks who we are, in the way that values would be bound, until it is known which way
 * that is and whether our time limit may go along. */
static bool learn(struct trino *t, usec deadline, struct cancel *cancel, struct found *f,
		  struct err *e)
{
	static const char *const ways[] = {
		[TRINO_BIND_IMMEDIATE] = "EXECUTE IMMEDIATE 'SELECT current_user'",
		[TRINO_BIND_HEADER] = "SELECT current_user",
	};
	enum trino_binding way = TRINO_BIND_IMMEDIATE;
	struct err why;

	while (!ask_own(t, ways[way], deadline, cancel, f, &why)) {
		if (f->fixes_limits && !t->no_limits) {
			t->no_limits = true;
		} else if (f->syntax_error && way == TRINO_BIND_IMMEDIATE) {
			way = TRINO_BIND_HEADER;
		} else {
			if (e)
				*e = why;
			return false;
		}
	}
	t->binding = way;
	return true;
}

static void say_sent(const struct trino_request *r, const struct query *q, struct row_sink *sink)
{
	struct buf said = BUF_INIT, text = BUF_INIT;

	if (r->prepared.len > 0)
		buf_printf(&said, "-- %s\n", buf_str(&r->prepared));
	buf_puts(&said, buf_str(&r->body));
	sqltext_describe(&text, q, buf_str(&said));
	sink->sent(sink, buf_str(&text));
	buf_release(&said);
	buf_release(&text);
}

/* What the server refused the query for, when that is no fault of the query. */
struct refusal {
	bool syntax_error, fixes_limits;
};

static bool ask_query(struct trino *t, const struct query *q, struct cancel *cancel,
		      struct row_sink *sink, struct refusal *why, struct err *e)
{
	struct trino_request request = TRINO_REQUEST_INIT;
	struct trino_asking *a = asking_new(t, &request, q->deadline, cancel, e);
	bool built = a && trino_request_build(&request, q, t->binding, e), ok = false;

	*why = (struct refusal){ false, false };
	if (built) {
		a->sink = sink;
		a->id = q->id;
		a->max_bytes = q->max_bytes ? q->max_bytes : CLIENT_MAX_BYTES;
		a->max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS;
		say_sent(&request, q, sink);
		ok = trino_ask(a, e);
		*why = (struct refusal){ a->syntax_error, a->fixes_limits };
	} else {
		trino_name_error(t, e);
	}
	trino_asking_free(a);
	trino_request_release(&request);
	return ok;
}

/* Whether the same query can be said in another way that the server may take. */
static bool another_way(struct trino *t, const struct query *q, const struct refusal *why,
			struct cancel *cancel)
{
	bool limits = why->fixes_limits && !t->no_limits;
	struct found f;

	if (!limits && !(why->syntax_error && t->binding == TRINO_BIND_UNKNOWN && trino_binds(q)))
		return false;
	return learn(t, q->deadline, cancel, &f, NULL) &&
	       (limits || t->binding == TRINO_BIND_HEADER);
}

/* The id goes into a header. */
static bool plain_id(const char *id)
{
	while (isalnum((unsigned char)*id) || (*id && strchr("-_.:", *id)))
		id++;
	return *id == '\0';
}

/* The first query with values is itself the trial of EXECUTE IMMEDIATE: only where it
 * fails as it would on a server older than 418 is that asked for. */
static bool run(void *conn, const struct query *q, struct cancel *cancel, struct row_sink *sink,
		struct err *e)
{
	struct trino *t = conn;
	struct refusal refusal;
	struct err why = { 0 };
	bool ok;

	if (!plain_id(q->id))
		return err_set(e, ERR_INTERNAL, 0, "%s: the id of a query has other characters than "
						   "letters, digits and -_.:", t->source->name);
	ok = ask_query(t, q, cancel, sink, &refusal, &why);
	if (!ok && another_way(t, q, &refusal, cancel))
		ok = ask_query(t, q, cancel, sink, &refusal, &why);
	if (ok && t->binding == TRINO_BIND_UNKNOWN && trino_binds(q))
		t->binding = TRINO_BIND_IMMEDIATE;
	if (!ok && e)
		*e = why;
	return ok;
}

/* ---- health --------------------------------------------------------------------------- */

static void read_version(const char *body, size_t len, struct health *h)
{
	json_t *root = jsontext_read(body, len, NULL);
	struct cell version = jsontext_scalar(root ? jsontext_at(root, "nodeVersion.version") : NULL);
	struct buf text = BUF_INIT;

	buf_puts(&text, "Trino ");
	buf_put_safe(&text, version.data ? version.data : "", version.len);
	snprintf(h->server, sizeof(h->server), "%.60s", buf_str(&text));
	buf_release(&text);
	json_decref(root);
}

/* Open to everybody; gateways may keep it to themselves. */
static bool ask_version(struct trino *t, usec deadline, struct cancel *cancel, struct health *h,
			struct err *e)
{
	struct trino_asking *a = asking_new(t, NULL, deadline, cancel, e);
	bool ok = a && trino_get(a, "/v1/info", e);

	snprintf(h->server, sizeof(h->server), "Trino");
	if (ok && a->response.status == 200)
		read_version(buf_str(&a->body), a->body.len, h);
	trino_asking_free(a);
	return ok;
}

static bool check(void *conn, usec deadline, struct cancel *cancel, struct health *h,
		  struct err *e)
{
	struct trino *t = conn;
	struct found f;

	*h = (struct health){ 0 };
	if (!ask_version(t, deadline, cancel, h, e) || !learn(t, deadline, cancel, &f, e))
		return false;
	snprintf(h->user, sizeof(h->user), "%s", f.first);
	h->skew_ms = f.skew_ms;
	snprintf(h->detail, sizeof(h->detail), "only reading statements are sent, values by %s%s",
		 t->binding == TRINO_BIND_IMMEDIATE ? "EXECUTE IMMEDIATE" : "prepared statement header",
		 t->no_limits ? "; our time limit may not be set" : "");
	return true;
}

const struct client_ops trino_ops = {
	.kind = "trino",
	.libraries = true,
	.settings = settings,
	.prepare = prepare,
	.open = open_conn,
	.run = run,
	.check = check,
	.close = close_conn,
};
