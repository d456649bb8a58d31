/* What the crawler read at the carrier's site, and what it delivered of it: the two should
 * be the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"
#include "sections/payload.h"

#define JT_COLUMNS(X) \
	X(J_AT, "scraped_at", "scraped", TIME, 1, 16, true) \
	X(J_RESULT, "result", "result", TEXT, 1, 13, false) \
	X(J_CODE, "event_code", "event", TEXT, 1, 5, false) \
	X(J_NOTE, "note", "what it means", TEXT, 1, 0, false) \
	X(J_CRAWLED_AT, "crawled_at", "crawled", TIME, 2, 16, false) \
	X(J_DELIVERED_AT, "delivered_at", "delivered", TIME, 2, 16, false) \
	X(J_STATUS, "status", "status", TEXT, 3, 20, false) \
	X(J_ERROR, "error", "error", TEXT, 3, 24, false) \
	X(J_ID, "event_id", "event id", TEXT, 0, 12, false) \
	X(J_CRAWLED, "crawled", "crawled, as read", BODY, 0, 0, false) \
	X(J_DELIVERED, "delivered", "delivered, as sent", BODY, 0, 0, false)

enum { JT_COLUMNS(COLUMN_SYMBOL) J_COUNT };

static const struct column_def columns[J_COUNT] = { JT_COLUMNS(COLUMN_ROW) };

static const char delivered[] = "delivered", differs[] = "differs", missing[] = "not delivered",
		  failed[] = "failed";

/* ---- one scrape ----------------------------------------------------------------------- */

static bool is_error(struct cell status)
{
	static const char *const good[] = { "success", "successful", "ok", "completed", "delivered" };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (cell_is(status, good[i]))
			return false;
	}
	return !cell_blank(status);
}

static const char *meaning(struct cell status, struct cell error)
{
	static const struct { const char *words, *note; } known[] = {
		{ "REFERENCE_NOT_FOUND", "the carrier does not know the identifier: is it right, is it too early?" },
		{ "NEW_UNMAPPED_ERROR", "the carrier's site said what the crawler does not know: has it changed?" },
		{ "went wrong while fetching", "the carrier's site did not give its history" },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (cell_has(status, known[i].words) || cell_has(error, known[i].words))
			return known[i].note;
	}
	return "the scrape failed";
}

/* "delivered 8.0 d later than crawled", or CELL_NULL when they are the same. */
static struct cell compare_times(struct row_maker *m, struct cell crawled, struct cell sent)
{
	usec a = cell_time(crawled), b = cell_time(sent);
	char span[TIME_SPAN_MAX];

	if (a == TIME_NONE || b == TIME_NONE)
		return cell_eq(crawled, sent) ? CELL_NULL : cell_of("the event's time differs");
	if (a == b)
		return CELL_NULL;
	time_span(span, a > b ? a - b : b - a);
	return row_printf(m, "delivered %s %s than crawled", span, b > a ? "later" : "earlier");
}

static void note_field(struct buf *out, const struct payload_node *n)
{
	buf_printf(out, "%s%.*s", out->len > 0 ? ", " : "", (int)n->keylen, n->key);
}

/* The names of what both have and say otherwise, besides the time. */
static void compare_fields(const struct payload *crawled, const struct payload *sent, struct buf *out)
{
	for (size_t i = payload_first(crawled, 0); i != PAYLOAD_NONE; i = payload_next(crawled, 0, i)) {
		const struct payload_node *n = &crawled->nodes[i];
		char name[64];
		struct cell there;

		if (!n->value || n->keylen >= sizeof name ||
		    payload_same_key(n->key, n->keylen, "event_time", strlen("event_time")))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)n->keylen, n->key);
		there = payload_get(sent, 0, name);
		if (!cell_is_null(there) && !cell_eq(there, (struct cell){ n->value, n->vallen }))
			note_field(out, n);
	}
}

static struct cell other_differences(struct row_maker *m, struct cell crawled, struct cell sent)
{
	struct payload a = PAYLOAD_INIT, b = PAYLOAD_INIT;
	struct buf names = BUF_INIT;
	struct cell out = CELL_NULL;

	if (!cell_is_null(crawled) && !cell_is_null(sent) && payload_parse(&a, crawled.data, crawled.len, NULL) &&
	    payload_parse(&b, sent.data, sent.len, NULL) && a.n > 0 && b.n > 0 && a.nodes[0].type == NODE_MAP &&
	    b.nodes[0].type == NODE_MAP)
		compare_fields(&a, &b, &names);
	if (names.len > 0 && !names.failed)
		out = row_printf(m, "delivered otherwise: %s", names.data);
	buf_release(&names);
	payload_release(&a);
	payload_release(&b);
	return out;
}

static void judge(struct row_maker *m, struct cell *c)
{
	bool crawled = !cell_is_null(c[J_CRAWLED_AT]) || !cell_is_null(c[J_CRAWLED]);

	if (is_error(c[J_STATUS])) {
		c[J_RESULT] = cell_of(failed);
		c[J_NOTE] = cell_of(meaning(c[J_STATUS], c[J_ERROR]));
		return;
	}
	c[J_RESULT] = cell_of(delivered);
	if (crawled && cell_is_null(c[J_DELIVERED_AT])) {
		c[J_RESULT] = cell_of(missing);
		c[J_NOTE] = cell_of("crawled, and lost on the way to us");
		return;
	}
	c[J_NOTE] = cell_is_null(c[J_CRAWLED_AT]) ? CELL_NULL :
		    compare_times(m, c[J_CRAWLED_AT], c[J_DELIVERED_AT]);
	if (cell_is_null(c[J_NOTE]))
		c[J_NOTE] = other_differences(m, c[J_CRAWLED], c[J_DELIVERED]);
	if (!cell_is_null(c[J_NOTE]))
		c[J_RESULT] = cell_of(differs);
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, J_COUNT, c);
	judge(m, c);
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	/* Two addresses may both give the day between what they are asked for. */
	return finish_distinct(in, m, J_ID, J_AT, J_COUNT, e);
}

static bool is(const struct rowset *rows, size_t row, const char *result)
{
	return cell_is(rowset_cell(rows, row, J_RESULT), result);
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	return is(rows, row, delivered) ? MARK_FINE : MARK_PROBLEM;
}

/* ---- counters --------------------------------------------------------------------------- */

enum { JT_ROWS = 200 };

struct tally {
	size_t scrapes, failed;         /* events of one scrape share its time */
	size_t differ, missing, ngaps;
	usec last_good;
	usec gaps[JT_ROWS];             /* between scrapes, as they follow each other */
};

static int by_length(const void *a, const void *b)
{
	const usec *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void count(const struct rowset *rows, struct tally *t)
{
	usec after = TIME_NONE, failed_at = TIME_NONE;

	*t = (struct tally){ .last_good = TIME_NONE };

	for (size_t i = 0; i < rows->rows; i++) {
		usec at = cell_time(rowset_cell(rows, i, J_AT));

		t->differ += is(rows, i, differs);
		t->missing += is(rows, i, missing);
		/* Newest first; one without a time is known to be no other's. */
		t->scrapes += at == TIME_NONE || at != after;
		if (is(rows, i, failed)) {
			t->failed += at == TIME_NONE || at != failed_at;
			failed_at = at;
		}
		if (at == TIME_NONE)
			continue;
		if (after != TIME_NONE && after != at && t->ngaps < JT_ROWS)
			t->gaps[t->ngaps++] = after - at;
		after = at;
		if (!is(rows, i, failed) && t->last_good == TIME_NONE)
			t->last_good = at;
	}
	qsort(t->gaps, t->ngaps, sizeof t->gaps[0], by_length);
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	struct tally t;
	char every[TIME_SPAN_MAX];

	if (rows->rows == 0)
		return;
	count(rows, &t);
	buf_printf(out, "%zu scrape%s, %zu failed (%zu %%)", t.scrapes, t.scrapes == 1 ? "" : "s", t.failed,
		   100 * t.failed / t.scrapes);
	if (t.missing > 0)
		buf_printf(out, ", %zu not delivered", t.missing);
	if (t.differ > 0)
		buf_printf(out, ", %zu delivered otherwise", t.differ);
	buf_puts(out, t.last_good == TIME_NONE ? ", none good" : ", last good");
	if (t.last_good != TIME_NONE)
		put_ago(out, now, t.last_good);
	if (t.ngaps > 0) {
		time_span(every, t.gaps[(t.ngaps - 1) / 2]);
		buf_printf(out, ", about every %s", every);
	}
}

static bool skip(const struct facts *f, char reason[static REASON_MAX])
{
	const char *source = facts_get(f, "tracking_source");

	if (skip_unless_ocean(f, reason))
		return true;
	if (facts_get(f, "subscription_id"))
		return false;
	if (source && facts_get(f, "subscription_told"))
		snprintf(reason, REASON_MAX, "tracked by %s, without a subscription", source);
	else
		snprintf(reason, REASON_MAX, "no subscription is known");
	return true;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *const after_config[] = { "load", "ocean_config", NULL };
static const char *const needs_subscription[] = { "subscription_id", NULL };

static const struct step steps[] = {
	/* It is asked for so many days, not for which. */
	{ .source = "jt", .query = "jt_history", .needs = needs_subscription, .age_to = 30, .authority = true },
	{ .source = "jt_vendor", .query = "jt_history", .needs = needs_subscription, .authority = true },
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(J_AT),
	  .what = { MOMENT_COLUMN(J_RESULT), MOMENT_COLUMN(J_CODE), MOMENT_COLUMN(J_NOTE) }, .optional = true },
};

static const struct jump_def jumps[] = {
	{ "the first event known after it", "ocean_events", .when = JUMP_AFTER, .at = "scraped_at",
	  .there_at = "known_at", .within = USEC_DAY },
};

const struct section_def section_jt_history = {
	.id = "jt_history",
	.title = "JT history",
	.letter = 'J',
	.absent = "no scrape in these days",
	.columns = columns,
	.ncolumns = J_COUNT,
	.after = after_config,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.max_rows = JT_ROWS,
	.ttl = USEC_MIN,
	.deadline = 90 * USEC_SEC,
	.skip = skip,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
	.on_demand = true,
	.otherwise = "look at the carrier's portal by hand",
	.question = "what the crawler read at the carrier's site, and what it delivered",
};
