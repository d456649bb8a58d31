#include "clients/postgres_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "clients/postgres_error.h"
#include "clients/sqltext.h"

#define SERVER_MARGIN   (2 * USEC_SEC)  /* the server gives up this much before us */
#define LOCK_TIME       (10 * USEC_SEC)
#define INTERRUPT_TIME  USEC_SEC
#define DRAIN_TIME      (2 * USEC_SEC)

enum {
	RECEIVED_STEP = 64 << 10,       /* bytes between two reports to the sink */
	LOOK_EVERY = 64,                /* rows between two looks at the clock */
	MS_TEXT = 24,
};

enum step { STEP_LIMIT, STEP_BEGIN, STEP_GUARD, STEP_STATEMENT, STEP_ROLLBACK, STEP_END };

/* The statement with $n in place of names, and the values in that order. */
struct bound {
	struct sqltext_visitor visitor;
	const struct query *query;
	struct buf sql;
	const char **values;
	size_t *number;         /* of each parameter of the query; 0 = not used yet */
	size_t n;
};

/* One run, on the stack of run(). */
struct run {
	struct pg_link *link;
	const struct query *query;
	struct cancel *cancel;
	struct row_sink *sink;
	struct bound *bound;
	enum step step;
	unsigned syncs, all_syncs;
	usec server_limit, sent_at;
	struct cell *cells;
	size_t columns;
	bool announced, began;
	uint64_t rows, bytes, received, max_rows, max_bytes;
	struct err stop;        /* our own reason to end early */
	struct err refused;     /* what the server complained about first */
};

/* ---- the statement ---- */

static bool bound_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct bound *b = (struct bound *)v;

	return buf_put(&b->sql, s, len) || err_set(e, ERR_LIMIT, 0, "the SQL text is too long");
}

static bool bound_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	struct bound *b = (struct bound *)v;
	const struct param *p = query_param(b->query, s, len);
	size_t i;

	if (!p)
		return err_set(e, ERR_CONFIG, 0, "%s: :%.*s has no value", b->query->name, (int)len,
			       s);
	i = (size_t)(p - b->query->params);
	if (p->value && !text_is_utf8(p->value, strlen(p->value)))
		return err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is not valid UTF-8",
			       b->query->name, p->name);
	if (!b->number[i]) {
		b->values[b->n++] = p->value;
		b->number[i] = b->n;
	}
	return buf_printf(&b->sql, "$%zu", b->number[i]) ||
	       err_set(e, ERR_LIMIT, 0, "the SQL text is too long");
}

/* The id goes in front as a comment, so that the server's log can be searched. */
static void put_id(struct buf *sql, const char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (*id && strspn(id, plain) == strlen(id))
		buf_printf(sql, "/* sextant %s */ ", id);
}

static void bound_release(struct bound *b)
{
	buf_release(&b->sql);
	free(b->values);
	free(b->number);
}

static bool bind(struct bound *b, const struct query *q, struct err *e)
{
	*b = (struct bound){ .visitor = { .text = bound_text, .name = bound_name }, .query = q };
	b->values = calloc(q->nparams + 1, sizeof(*b->values));
	b->number = calloc(q->nparams + 1, sizeof(*b->number));
	put_id(&b->sql, q->id);
	if (b->values && b->number)
		return sqltext_walk(q->text, &b->visitor, e);
	return err_set(e, ERR_MEMORY, 0, "out of memory binding the parameters");
}

/* ---- sending ---- */

static bool queue_query(PGconn *conn, const char *sql, size_t n, const char *const *values)
{
	return PQsendQueryParams(conn, sql, (int)n, NULL, values, NULL, NULL, 0);
}

/* What remains, less the margin; half of it when little remains. */
static usec server_limit(usec deadline)
{
	usec left = deadline - now_mono();
	usec limit = left > 2 * SERVER_MARGIN ? left - SERVER_MARGIN : left / 2;

	return limit > USEC_MS ? limit / USEC_MS * USEC_MS : USEC_MS;
}

static bool queue_guard(struct run *r)
{
	usec lock = r->server_limit < LOCK_TIME ? r->server_limit : LOCK_TIME;
	char limit_ms[MS_TEXT], lock_ms[MS_TEXT];
	const char *const values[] = { limit_ms, lock_ms };

	if (r->link->redshift)
		return queue_query(r->link->conn, "SELECT 1", 0, NULL);
	snprintf(limit_ms, sizeof(limit_ms), "%" PRId64, r->server_limit / USEC_MS);
	snprintf(lock_ms, sizeof(lock_ms), "%" PRId64, lock / USEC_MS);
	return queue_query(r->link->conn, "SELECT set_config('statement_timeout', $1, true), "
			   "set_config('lock_timeout', $2, true), "
			   "set_config('idle_in_transaction_session_timeout', '60000', true)",
			   2, values);
}

/* Outside of the transaction, which a failure here must not spoil. */
static bool queue_redshift_limit(struct run *r)
{
	char sql[64];

	if (!r->link->redshift)
		return true;
	snprintf(sql, sizeof(sql), "SET statement_timeout TO %" PRId64, r->server_limit / USEC_MS);
	return queue_query(r->link->conn, sql, 0, NULL) && PQpipelineSync(r->link->conn);
}

static bool send_all(struct run *r, struct err *e)
{
	PGconn *conn = r->link->conn;

	r->step = r->link->redshift ? STEP_LIMIT : STEP_BEGIN;
	r->all_syncs = r->link->redshift ? 3 : 2;
	r->syncs = 0;
	r->sent_at = now_mono();
	r->server_limit = server_limit(r->query->deadline);
	if (queue_redshift_limit(r) && queue_query(conn, "BEGIN READ ONLY", 0, NULL) &&
	    queue_guard(r) &&
	    queue_query(conn, buf_str(&r->bound->sql), r->bound->n, r->bound->values) &&
	    PQpipelineSync(conn) && queue_query(conn, "ROLLBACK", 0, NULL) && PQpipelineSync(conn))
		return pg_link_flush(r->link, r->cancel, r->query->deadline, e);
	return pg_link_lost(r->link, true, e);
}

/* ---- receiving ---- */

static bool announce(struct run *r, const PGresult *res, struct err *e)
{
	const char **names;
	bool ok;

	r->announced = true;
	r->columns = (size_t)PQnfields(res);
	if (r->columns > ROWS_MAX_COLUMNS)
		return err_set(e, ERR_LIMIT, 0, "%s: over %d columns", r->link->source->name,
			       (int)ROWS_MAX_COLUMNS);
	names = calloc(r->columns + 1, sizeof(*names));
	r->cells = calloc(r->columns + 1, sizeof(*r->cells));
	if (!names || !r->cells) {
		free(names);
		return err_set(e, ERR_MEMORY, 0, "out of memory for %zu columns", r->columns);
	}
	for (size_t i = 0; i < r->columns; i++)
		names[i] = PQfname(res, (int)i);
	ok = r->sink->columns(r->sink, names, r->columns, e);
	free(names);
	return ok;
}

static void report_received(struct run *r, size_t least)
{
	if (r->received <= least)
		return;
	r->sink->bytes(r->sink, r->received);
	r->received = 0;
}

static bool may_go_on(struct run *r, struct err *e)
{
	const char *name = r->link->source->name;

	if (cancel_fired(r->cancel))
		return err_set(e, ERR_CANCELLED, 0, "stopped");
	if (r->rows % LOOK_EVERY == 0 && now_mono() >= r->query->deadline)
		return err_set(e, ERR_TIMEOUT, 0, "the deadline passed");
	if (r->rows >= r->max_rows)
		return err_set(e, ERR_LIMIT, 0, "%s: stopped after %" PRIu64
			       " rows, the most that one answer may have", name, r->max_rows);
	if (r->bytes > r->max_bytes)
		return err_set(e, ERR_LIMIT, 0, "%s: stopped after %" PRIu64
			       " bytes, the most that one answer may have", name, r->max_bytes);
	return true;
}

/* The cells point into the result: the sink copies what it keeps. */
static bool deliver(struct run *r, const PGresult *res, struct err *e)
{
	uint64_t payload = 0;

	if (!r->announced && !announce(r, res, e))
		return false;
	for (size_t i = 0; i < r->columns; i++) {
		size_t len = (size_t)PQgetlength(res, 0, (int)i);
		bool null = len == 0 && PQgetisnull(res, 0, (int)i);

		r->cells[i] = null ? CELL_NULL :
			      (struct cell){ PQgetvalue(res, 0, (int)i), len };
		payload += len;
	}
	r->bytes += payload;
	r->received += payload + 4 * r->columns + 7;    /* as a DataRow message has it */
	if (!may_go_on(r, e) || !r->sink->row(r->sink, r->cells, e))
		return false;
	r->rows++;
	report_received(r, RECEIVED_STEP);
	return true;
}

/* The server's own time limit and somebody else's interruption look the same. */
static void take_error(struct run *r, const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *name = r->link->source->name;
	bool again = r->rows == 0;
	char *said;

	if (r->step == STEP_LIMIT || r->refused.kind)
		return;
	said = pg_link_said(r->link, text ? text : PQresultErrorMessage(res));
	text = said ? said : "";
	if (state && strcmp(state, "57014") == 0 && now_mono() - r->sent_at >= r->server_limit) {
		err_set(&r->refused, ERR_TIMEOUT, pg_sqlstate(state), "%s: %s (57014)", name, text);
		r->refused.transient = again;
	} else if (state || PQstatus(r->link->conn) == CONNECTION_OK) {
		pg_server_err(name, state, text, again, &r->refused);
	} else {
		pg_link_lost(r->link, again, &r->refused);
	}
	free(said);
}

static bool take(struct run *r, const PGresult *res, struct err *e)
{
	switch (PQresultStatus(res)) {
	case PGRES_PIPELINE_SYNC:
		r->syncs++;
		return true;
	case PGRES_SINGLE_TUPLE:
		return r->step != STEP_STATEMENT || r->refused.kind || deliver(r, res, e);
	case PGRES_TUPLES_OK:
		return r->step != STEP_STATEMENT || r->announced || announce(r, res, e);
	case PGRES_COMMAND_OK:
		r->began |= r->step == STEP_BEGIN;
		return true;
	case PGRES_PIPELINE_ABORTED:
		return true;
	case PGRES_FATAL_ERROR:
		take_error(r, res);
		return true;
	case PGRES_EMPTY_QUERY:
		return err_set(e, ERR_CONFIG, 0, "%s: there is no statement", r->query->name);
	default:
		/* COPY: libpq cannot leave it while other queries wait. */
		pg_link_drop(r->link);
		return err_set(e, ERR_CONFIG, 0, "%s: the statement is no query for rows (%s)",
			       r->query->name, PQresStatus(PQresultStatus(res)));
	}
}

/* The NULL between the results of two statements. */
static bool next_step(struct run *r, struct err *e)
{
	if (PQstatus(r->link->conn) == CONNECTION_BAD) {
		if (r->refused.kind)
			return false;
		return pg_link_lost(r->link, r->rows == 0, e);
	}
	if (++r->step > STEP_END)
		return err_set(e, ERR_DECODE, 0, "%s: more answers than statements",
			       r->link->source->name);
	if (r->step == STEP_STATEMENT)
		PQsetSingleRowMode(r->link->conn);
	return true;
}

/* Until the last synchronisation point, or until something stops us. */
static bool collect(struct run *r, struct err *e)
{
	PGresult *res = NULL;
	bool ok = true;

	while (ok && r->syncs < r->all_syncs) {
		ok = pg_link_result(r->link, r->cancel, r->query->deadline, &res, e);
		if (!ok)
			break;
		ok = res ? take(r, res, e) : next_step(r, e);
		PQclear(res);
	}
	return ok;
}

/* ---- ending ---- */

/* Reads on, without the user, until the server is ready again. */
static bool drain(struct run *r)
{
	usec end = now_mono() + DRAIN_TIME;
	PGresult *res;

	while (r->syncs < r->all_syncs) {
		if (!pg_link_result(r->link, NULL, end, &res, NULL))
			return false;
		if (!res && PQstatus(r->link->conn) == CONNECTION_BAD)
			return false;
		if (res && PQresultStatus(res) == PGRES_PIPELINE_SYNC)
			r->syncs++;
		PQclear(res);
	}
	return true;
}

/* A connection that is kept is idle and outside of any transaction. */
static void settle(struct run *r)
{
	struct pg_link *l = r->link;

	if (!l->conn)
		return;
	if ((r->stop.kind && PQstatus(l->conn) == CONNECTION_OK &&
	     (!pg_link_interrupt(l, now_mono() + INTERRUPT_TIME) || !drain(r))) ||
	    PQtransactionStatus(l->conn) != PQTRANS_IDLE)
		pg_link_drop(l);
}

static bool failed(const struct run *r, struct err *e)
{
	const struct err *why = r->stop.kind ? &r->stop : &r->refused;
	const char *name = r->link->source->name;

	if (!e)
		return false;
	*e = *why;
	if (why->kind == ERR_TIMEOUT && why == &r->stop) {
		err_set(e, ERR_TIMEOUT, 0, "%s: the deadline passed after %" PRIu64 " rows", name,
			r->rows);
		e->transient = r->rows == 0;
	} else if (why->kind == ERR_CANCELLED && why == &r->stop) {
		err_set(e, ERR_CANCELLED, 0, "%s: stopped after %" PRIu64 " rows", name, r->rows);
	}
	return false;
}

/* Broken before the transaction even began: nothing was asked yet. */
static bool stale(const struct run *r)
{
	return !r->began && !r->announced &&
	       (r->stop.kind == ERR_NETWORK || r->refused.kind == ERR_NETWORK);
}

static bool spoils_link(const struct err *e)
{
	return e->kind == ERR_NETWORK || e->kind == ERR_DECODE;
}

static void exchange(struct run *r)
{
	r->stop = r->refused = (struct err){ 0 };
	if (send_all(r, &r->stop))
		collect(r, &r->stop);
	if (spoils_link(&r->stop) || spoils_link(&r->refused))
		pg_link_drop(r->link);
}

static bool connected_exchange(struct run *r, struct err *e)
{
	bool kept = pg_link_usable(r->link);

	if (!kept && !pg_link_open(r->link, r->cancel, r->query->deadline, e))
		return false;
	exchange(r);
	if (kept && stale(r)) {
		if (!pg_link_open(r->link, r->cancel, r->query->deadline, e))
			return false;
		exchange(r);
	}
	settle(r);
	return (!r->stop.kind && !r->refused.kind) || failed(r, e);
}

static void tell_sent(const struct run *r)
{
	struct buf text = BUF_INIT;

	sqltext_describe(&text, r->query, buf_str(&r->bound->sql));
	if (!text.failed)
		r->sink->sent(r->sink, buf_str(&text));
	buf_release(&text);
}

/* What the server remarked while it answered. */
static void tell_notices(const struct run *r, uint64_t before)
{
	struct progress p = { .rows_read = r->rows };
	uint64_t n = r->link->notices - before;

	if (n == 0)
		return;
	snprintf(p.note, sizeof(p.note), "%" PRIu64 " notice%s: %.32s", n, n == 1 ? "" : "s",
		 r->link->notice);
	r->sink->progress(r->sink, &p);
}

bool pg_run(struct pg_link *l, const struct query *q, struct cancel *c, struct row_sink *sink,
	    struct err *e)
{
	struct bound bound;
	struct run r = {
		.link = l, .query = q, .cancel = c, .sink = sink, .bound = &bound,
		.max_rows = q->max_rows ? q->max_rows : CLIENT_MAX_ROWS,
		.max_bytes = q->max_bytes ? q->max_bytes : CLIENT_MAX_BYTES,
	};
	uint64_t notices = l->notices;
	bool ok = bind(&bound, q, e);

	if (ok) {
		tell_sent(&r);
		ok = connected_exchange(&r, e);
		report_received(&r, 0);
		tell_notices(&r, notices);
	}
	free(r.cells);
	bound_release(&bound);
	return ok;
}

