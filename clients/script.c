#include "clients/script.h"

#include <stdio.h>
#include <string.h>

#define PROGRESS_EVERY (250 * USEC_MS)
#define LAST_WAIT      (2 * USEC_MS)    /* the kernel may be late by a thousandth of a wait */

static const char *const words[] = {
#define X(name, word, meaning) word,
	SCRIPT_FAULTS(X)
#undef X
};

bool script_fault_parse(const char *word, enum script_fault *out, struct err *e)
{
	for (size_t i = 0; i < SCRIPT_FAULT_COUNT; i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = (enum script_fault)i;
			return true;
		}
	}
	return err_set(e, ERR_CONFIG, 0, "demo_script: no fault is called \"%s\"", word);
}

static void tell_progress(const struct script *s, struct row_sink *sink, usec done)
{
	struct progress p = { .rows_total = s->scan_rows };

	if (!s->scan_rows || s->latency <= 0)
		return;
	p.rows_read = (uint64_t)((double)s->scan_rows * (double)done / (double)s->latency);
	p.bytes_read = p.rows_read * 212;
	sink->progress(sink, &p);
}

/* How long to wait in one go, `left` before the answer. */
static usec next_wait(usec left)
{
	if (left <= LAST_WAIT)
		return left;
	return left - LAST_WAIT < PROGRESS_EVERY ? left - LAST_WAIT : PROGRESS_EVERY;
}

/* Until the source answers; tells how far it is on the way. */
static bool wait_latency(const struct script *s, const struct query *q, struct cancel *c,
			 struct row_sink *sink, struct err *e)
{
	usec until = s->fault == SCRIPT_TIMEOUT && s->latency == 0 ? INT64_MAX : s->asked + s->latency;
	usec now, next;

	while ((now = now_mono()) < until) {
		if (now >= q->deadline)
			return err_transient(e, ERR_TIMEOUT, 0, "no answer before the deadline");
		next = now + next_wait(until - now);
		if (next > q->deadline)
			next = q->deadline;
		if (!cancel_wait(c, -1, 0, next, e))
			return false;
		if (next < until)
			tell_progress(s, sink, next - s->asked);
	}
	return true;
}

static double window_days(const struct query *q)
{
	usec from = TIME_NONE, to = TIME_NONE;

	for (size_t i = 0; i < q->nparams; i++) {
		const struct param *p = &q->params[i];

		if (p->value && strcmp(p->name, "from") == 0)
			time_parse(p->value, strlen(p->value), &from);
		if (p->value && strcmp(p->name, "to") == 0)
			time_parse(p->value, strlen(p->value), &to);
	}
	if (from == TIME_NONE || to == TIME_NONE)
		return 1e9;
	return (double)(to - from) / (double)USEC_DAY;
}

static const char *said(const struct script *s, const char *usual)
{
	return s->arg[0] ? s->arg : usual;
}

static bool fail_before(const struct script *s, const char *what, const struct query *q,
			struct err *e)
{
	char span[TIME_SPAN_MAX];

	switch (s->fault) {
	case SCRIPT_AUTH:
		return err_set(e, ERR_AUTH, 401, "%s: 401 %s", what, said(s, "Unauthorized"));
	case SCRIPT_DENIED:
		return err_set(e, ERR_DENIED, 403, "%s: 403 %s", what, said(s, "access denied"));
	case SCRIPT_TIMEOUT:
		return err_set(e, ERR_TIMEOUT, 0, "%s: %s (after %s)", what,
			       said(s, "canceling statement due to statement timeout"),
			       time_span(span, s->latency));
	case SCRIPT_NETWORK:
		return err_transient(e, ERR_NETWORK, 0, "%s: %s", what,
				     said(s, "connection reset by peer"));
	case SCRIPT_HTTP_500:
		return err_transient(e, ERR_REMOTE, 503, "%s: 503 %s", what,
				     said(s, "Service Unavailable"));
	case SCRIPT_MEMORY_OVER_DAYS:
		if (window_days(q) <= (double)s->n + 0.01)
			return true;
		return err_set(e, ERR_MEMORY, 241,
			       "%s: Code: 241, Memory limit (for query) exceeded: would use 9.32 GiB, "
			       "maximum: 9.31 GiB", what);
	default:
		return true;
	}
}

bool script_before(const struct script *s, const char *what, const struct query *q,
		   struct cancel *c, struct row_sink *sink, struct err *e)
{
	return wait_latency(s, q, c, sink, e) && fail_before(s, what, q, e);
}

bool script_row(const struct script *s, const char *what, uint64_t rows, const struct query *q,
		struct cancel *c, struct err *e)
{
	usec until = now_mono() + s->row_delay;

	if (s->fault == SCRIPT_CUT_AFTER_ROWS && rows >= (uint64_t)s->n)
		return err_set(e, ERR_NETWORK, 0, "%s: the connection was closed in the middle of the "
			       "answer, after %llu rows", what, (unsigned long long)rows);
	if (s->fault == SCRIPT_LIMIT && rows >= (uint64_t)s->n)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %llu rows", what,
			       (unsigned long long)rows);
	if (s->row_delay <= 0)
		return true;
	return cancel_wait(c, -1, 0, until < q->deadline ? until : q->deadline, e);
}
