#include "clients/athena_ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "clients/athena_request.h"
#include "clients/sqltext.h"

#define POLL_FIRST (200 * USEC_MS)
#define POLL_LAST  (2 * USEC_SEC)
#define STOP_TIME  (3 * USEC_SEC)    /* what telling the service to stop may take */

enum {
	PAGES_MAX = 10000,
	FAILURES_MAX = 3,               /* in a row, while a query is under way */
	PAGE_BYTES = 32 << 20,          /* of one page; a tree takes several times that */
};

static bool prefixed(const struct athena_asking *k, struct err *e)
{
	struct err why;

	if (!e)
		return false;
	why = *e;
	return err_set(e, why.kind, why.code, "%s: %s", k->athena->source->name, why.text);
}

/* ---- one call ---------------------------------------------------------------------- */

/* Something in front of the service answered for it. (moto calls its JSON so, too.) */
static bool is_page(const struct aws_call *c)
{
	return strcmp(c->response.content_type, "text/html") == 0 && buf_str(&c->answer)[0] != '{';
}

static bool call(struct athena_asking *k, const char *operation, struct aws_call *c, struct err *e)
{
	struct aws_fault fault;
	char target[64];

	snprintf(target, sizeof(target), "AmazonAthena.%s", operation);
	c->target = target;
	c->sink = k->sink;
	if (!aws_client_call(k->athena, c, &k->renewed, &fault, e))
		return false;
	if (!aws_client_success(c))
		return aws_client_err(k->athena, c, &fault, e);
	return !is_page(c) || err_set(e, ERR_DECODE, 0, "%s: expected JSON, got text/html (login page?)",
				      k->athena->source->name);
}

static struct aws_call usual_call(const struct athena_asking *k, const struct buf *body)
{
	return (struct aws_call){
		.body = buf_str(body), .body_len = body->len, .deadline = k->deadline,
		.cancel = k->cancel, .max_bytes = PAGE_BYTES,
	};
}

/* ---- start and stop ---------------------------------------------------------------- */

static bool start_once(struct athena_asking *k, struct aws_call *c, struct err *e)
{
	struct err why = { 0 };
	bool ok = call(k, "StartQueryExecution", c, &why);

	if (ok)
		ok = athena_read_id(buf_str(&c->answer), c->answer.len, k->execution, &why) ||
		     prefixed(k, &why);
	/* Whether it runs is not known when the answer is lost, or is an apology. */
	k->maybe_started = !ok && c->response.sent &&
			   (c->response.status == 200 || c->response.status >= 500 ||
			    !c->response.complete);
	aws_wipe(&c->answer);
	if (!ok && e)
		*e = why;
	return ok;
}

/* The same token again is the same query: what was lost is found, and never started
 * twice. */
static bool start(struct athena_asking *k, struct err *e)
{
	struct aws_call c = usual_call(k, &k->start);
	struct err why = { 0 };

	if (start_once(k, &c, &why))
		return true;
	if (k->maybe_started && why.transient && now_mono() < k->deadline) {
		c = usual_call(k, &k->start);
		if (start_once(k, &c, &why))
			return true;
	}
	*e = why;
	return false;
}

/* Without an answer to the start only its token knows the query. */
static bool find_lost(struct athena_asking *k, usec deadline)
{
	struct aws_call c = usual_call(k, &k->start);
	struct err why;

	c.deadline = deadline;
	c.cancel = NULL;
	return start_once(k, &c, &why);
}

static bool tell_stop(struct athena_asking *k)
{
	usec deadline = now_mono() + STOP_TIME;
	struct buf body = BUF_INIT;
	struct aws_call c;
	struct err why;
	bool ok;

	if (!k->execution[0] && !find_lost(k, deadline))
		return false;
	ok = athena_id_body(&body, k->execution, &why);
	c = usual_call(k, &body);
	c.deadline = deadline;
	c.cancel = NULL;
	ok = ok && call(k, "StopQueryExecution", &c, &why);
	aws_wipe(&c.answer);
	buf_release(&body);
	return ok;
}

/* Our side ended it: nothing may be left running there. Returns false. */
static bool stop(struct athena_asking *k, struct err *e)
{
	struct err why = *e;
	bool told;

	if (k->over || (!k->execution[0] && !k->maybe_started))
		return false;
	told = tell_stop(k);
	err_set(e, why.kind, why.code, "%s (%s)", why.text,
		told ? "the query was stopped there" : "the query could not be stopped there");
	e->transient = why.transient;
	e->retry_after_ms = why.retry_after_ms;
	return false;
}

/* ---- waiting ----------------------------------------------------------------------- */

/* ±20 %, so that chunks that began together do not ask together. */
static usec jittered(usec span)
{
	unsigned char r = 128;

	(void)!getrandom(&r, 1, GRND_NONBLOCK);
	return span * 8 / 10 + span * 4 / 10 * r / 255;
}

static bool wait_a_while(struct athena_asking *k, usec *delay, struct err *e)
{
	usec until = now_mono() + jittered(*delay);
	bool late = until > k->deadline;

	*delay = *delay * 3 / 2 < POLL_LAST ? *delay * 3 / 2 : POLL_LAST;
	if (!cancel_wait(k->cancel, -1, 0, late ? k->deadline : until, e))
		return false;
	return !late || err_set(e, ERR_TIMEOUT, 0, "%s: deadline passed (the query is %s)",
				k->athena->source->name,
				k->over ? "read" : k->last.state == ATHENA_QUEUED ? "queued" : "running");
}

/* Whether to look again after a failure. */
static bool patient(struct athena_asking *k, const struct err *why)
{
	return why->transient && ++k->failures <= FAILURES_MAX && now_mono() < k->deadline;
}

static void tell_progress(const struct athena_asking *k)
{
	const struct athena_execution *x = &k->last;
	struct progress p = { .bytes_read = x->scanned };
	char queued[TIME_SPAN_MAX];

	if (!k->sink)
		return;
	time_span(queued, x->queued_ms * USEC_MS);
	if (x->state == ATHENA_QUEUED)
		snprintf(p.note, sizeof(p.note), "queued");
	else
		snprintf(p.note, sizeof(p.note), "was queued %s, scanned %" PRIu64 " bytes", queued,
			 x->scanned);
	k->sink->progress(k->sink, &p);
}

static bool look(struct athena_asking *k, const struct buf *body, struct err *e)
{
	struct aws_call c = usual_call(k, body);
	bool ok = call(k, "GetQueryExecution", &c, e);

	if (ok)
		ok = athena_read_execution(buf_str(&c.answer), c.answer.len, &k->last, e) ||
		     prefixed(k, e);
	aws_wipe(&c.answer);
	return ok;
}

static bool wait_for_end(struct athena_asking *k, struct err *e)
{
	struct buf body = BUF_INIT;
	struct err why = { 0 };
	usec delay = POLL_FIRST;
	bool ok = athena_id_body(&body, k->execution, &why);

	while (ok && !k->over) {
		ok = wait_a_while(k, &delay, &why);
		if (!ok)
			break;
		if (look(k, &body, &why)) {
			k->failures = 0;
			k->over = k->last.state > ATHENA_RUNNING;
			tell_progress(k);
		} else {
			ok = patient(k, &why);
		}
	}
	buf_release(&body);
	if (!ok)
		*e = why;
	return ok && (k->last.state == ATHENA_SUCCEEDED ||
		      athena_execution_err(&k->last, k->athena->source->name, e));
}

/* ---- rows -------------------------------------------------------------------------- */

static bool first_page(struct athena_asking *k, const struct athena_page *p, struct err *e)
{
	k->ncolumns = p->ncolumns;
	k->cells = calloc(p->ncolumns + 1, sizeof(*k->cells));
	if (!k->cells)
		return err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
	return !k->sink || k->sink->columns(k->sink, p->columns, p->ncolumns, e);
}

static bool take_row(struct athena_asking *k, const struct athena_page *p, size_t row, struct err *e)
{
	if (k->rows >= k->max_rows)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %" PRIu64 " rows, stopped there",
			       k->athena->source->name, k->max_rows);
	if (!athena_page_row(p, row, k->cells, e))
		return prefixed(k, e);
	k->rows++;
	return !k->sink || k->sink->row(k->sink, k->cells, e);
}

static bool take_page(struct athena_asking *k, const struct athena_page *p, struct err *e)
{
	bool first = !k->cells;

	if (first && !first_page(k, p, e))
		return false;
	if (p->ncolumns != k->ncolumns)
		return err_set(e, ERR_DECODE, 0, "%s: a page has %zu columns, the first had %zu",
			       k->athena->source->name, p->ncolumns, k->ncolumns);
	for (size_t i = first && p->header ? 1 : 0; i < p->nrows; i++) {
		if (cancel_fired(k->cancel))
			return err_set(e, ERR_CANCELLED, 0, "stopped");
		if (!take_row(k, p, i, e))
			return false;
	}
	return true;
}

/* The answer is the caller's: cells point into the page. */
static bool ask_page(struct athena_asking *k, const char *next, struct athena_page *p, struct err *e)
{
	uint64_t left = k->max_bytes > k->bytes ? k->max_bytes - k->bytes : 1;
	struct buf body = BUF_INIT;
	struct aws_call c;
	bool ok = athena_page_body(&body, k->execution, next, e);

	c = usual_call(k, &body);
	c.max_bytes = left < PAGE_BYTES ? (size_t)left : PAGE_BYTES;
	ok = ok && call(k, "GetQueryResults", &c, e);
	k->bytes += c.response.received;
	if (ok)
		ok = athena_page_read(p, buf_str(&c.answer), c.answer.len, e) || prefixed(k, e);
	aws_wipe(&c.answer);
	buf_release(&body);
	return ok;
}

/* Tokens that came before come to no end. */
static bool repeats(const char *const *tokens, size_t n, const char *next)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(tokens[i], next) == 0)
			return true;
	}
	return false;
}

static bool keep_token(char **tokens, size_t n, const char *next, const struct athena_asking *k,
		       struct err *e)
{
	if (repeats((const char *const *)tokens, n, next))
		return err_set(e, ERR_LIMIT, 0, "%s: page %zu names a page before as its next: %" PRIu64
			       " rows kept", k->athena->source->name, n + 1, k->rows);
	if (n == PAGES_MAX)
		return err_set(e, ERR_LIMIT, 0, "%s: stopped after %d pages: %" PRIu64 " rows kept",
			       k->athena->source->name, (int)PAGES_MAX, k->rows);
	tokens[n] = strdup(next);
	return tokens[n] || err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

static bool read_pages_into(struct athena_asking *k, char **tokens, size_t *n, struct err *e)
{
	usec delay = POLL_FIRST;

	for (;;) {
		struct athena_page page = { .root = NULL };
		struct err why = { 0 };
		bool ok = ask_page(k, *n ? tokens[*n - 1] : NULL, &page, &why), again;

		if (!ok) {
			athena_page_release(&page);
			if (!patient(k, &why)) {
				*e = why;
				return false;
			}
			if (!wait_a_while(k, &delay, e))
				return false;
			continue;
		}
		k->failures = 0;
		ok = take_page(k, &page, e);
		again = ok && page.next[0];
		if (again)
			ok = keep_token(tokens, *n, page.next, k, e);
		*n += ok && again;
		athena_page_release(&page);
		if (!ok || !again)
			return ok;
	}
}

static bool read_pages(struct athena_asking *k, struct err *e)
{
	char **tokens = calloc(PAGES_MAX, sizeof(*tokens));
	size_t n = 0;
	bool ok = tokens ? read_pages_into(k, tokens, &n, e)
			 : err_set(e, ERR_MEMORY, 0, "out of memory for an answer");

	for (size_t i = 0; i < n; i++)
		free(tokens[i]);
	free(tokens);
	return ok;
}

/* ---- all of it --------------------------------------------------------------------------- */

/* The request, and once it ran, what it was and cost. */
static void tell_sent(const struct athena_asking *k)
{
	const struct source *s = k->athena->source;
	struct buf text = BUF_INIT;
	char queued[TIME_SPAN_MAX];

	if (!k->sink)
		return;
	sqltext_describe(&text, k->query, buf_str(&k->sql));
	buf_printf(&text, "\n-- Athena, region %s, database %s, workgroup %s",
		   source_get(s, "region", ""), source_get(s, "database", "default"),
		   source_get(s, "workgroup", "primary"));
	if (k->athena->who.generation)
		buf_printf(&text, "; signed by %s", k->athena->who.origin);
	if (k->execution[0])
		buf_printf(&text, "\n-- execution %s", k->execution);
	if (k->over)
		buf_printf(&text, ": was queued %s, scanned %" PRIu64 " bytes",
			   time_span(queued, k->last.queued_ms * USEC_MS), k->last.scanned);
	k->sink->sent(k->sink, buf_str(&text));
	buf_release(&text);
}

static bool prepare_start(struct athena_asking *k, struct err *e)
{
	const struct source *s = k->athena->source;
	char token[ATHENA_TOKEN];

	return (athena_sql(&k->sql, k->query, e) && athena_token(token, k->query->id, e) &&
		athena_start_body(&k->start, s, buf_str(&k->sql), token, e)) ||
	       prefixed(k, e);
}

bool athena_ask(struct athena_asking *k, struct err *e)
{
	struct err why = { 0 };
	bool ok = prepare_start(k, &why);

	if (ok) {
		tell_sent(k);
		ok = start(k, &why);
		if (ok)
			tell_sent(k);
		ok = ok && wait_for_end(k, &why);
		if (k->over)
			tell_sent(k);
		ok = ok && read_pages(k, &why);
		if (!ok)
			stop(k, &why);
		/* Another attempt would bring the same rows once more. */
		why.transient = why.transient && k->rows == 0;
	}
	if (!ok && e)
		*e = why;
	buf_release(&k->sql);
	buf_release(&k->start);
	free(k->cells);
	return ok;
}
