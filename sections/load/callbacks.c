/* Webhooks sent to the customer about the load. */
#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

#define CALLBACK_COLUMNS(X) \
	X(C_TS, "ts", "sent", TIME, 1, 16, true) \
	X(C_RESULT, "result", "result", TEXT, 1, 7, false) \
	X(C_HTTP, "ext_request_status", "HTTP", TEXT, 1, 4, false) \
	X(C_TYPE, "message_type", "message", TEXT, 1, 16, false) \
	X(C_ERROR, "error_msg", "error", TEXT, 1, 0, false) \
	X(C_HOST, "host", "host", TEXT, 2, 22, false) \
	X(C_ATTEMPTS, "attempt_count", "tries", NUMBER, 3, 5, false) \
	X(C_CONFIG, "config_id", "config", TEXT, 3, 8, false) \
	X(C_UUID, "uuid", "uuid", TEXT, 3, 9, false) \
	X(C_URL, "ext_url", "URL", TEXT, 0, 40, false) \
	X(C_NUMBER, "load_number", "load number", TEXT, 0, 15, false) \
	X(C_COMPANY, "company_id", "company", TEXT, 0, 20, false) \
	X(C_TRACKING, "fk_tracking_id", "tracking id", TEXT, 0, 10, false)

enum { CALLBACK_COLUMNS(COLUMN_SYMBOL) C_COUNT };

static const struct column_def columns[C_COUNT] = { CALLBACK_COLUMNS(COLUMN_ROW) };

enum result { RESULT_PENDING, RESULT_OK, RESULT_FAILED, RESULTS };

static const char *const result_words[RESULTS] = { "pending", "ok", "failed" };

/* 200-299 is ok, any other answer is not. Without an answer it is pending, unless
 * the error says that none will come (host not resolved, event not subscribed). */
static enum result result_of(struct cell http, struct cell error)
{
	long code;

	if (cell_blank(http))
		return cell_blank(error) ? RESULT_PENDING : RESULT_FAILED;
	return cell_int(http, &code) && code >= 200 && code <= 299 ? RESULT_OK : RESULT_FAILED;
}

/* https://user@host:port/path gives "host:port". */
static struct cell host_of(struct cell url)
{
	size_t from = 0, to;

	for (size_t i = 0; i + 3 <= url.len && from == 0; i++) {
		if (memcmp(url.data + i, "://", 3) == 0)
			from = i + 3;
	}
	for (to = from; to < url.len && !strchr("/?#", url.data[to]); to++) {
		if (url.data[to] == '@')
			from = to + 1;
	}
	return to > from ? (struct cell){ url.data + from, to - from } : CELL_NULL;
}

static bool derive(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, columns, C_COUNT, c);
	c[C_RESULT] = cell_of(result_words[result_of(c[C_HTTP], c[C_ERROR])]);
	c[C_HOST] = host_of(c[C_URL]);
	return row_emit(m, c, e);
}

static bool finish(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_newest_first(in, m, C_TS, C_COUNT, e);
}

static enum result row_result(const struct rowset *rows, size_t row)
{
	return result_of(rowset_cell(rows, row, C_HTTP), rowset_cell(rows, row, C_ERROR));
}

static enum mark mark(const struct rowset *rows, size_t row)
{
	static const enum mark marks[RESULTS] = { MARK_DOUBT, MARK_FINE, MARK_PROBLEM };

	return marks[row_result(rows, row)];
}

/* ---- counters ---------------------------------------------------------------------------- */

struct tally {
	size_t n[RESULTS];
	usec last_ok, first_failed, last_failed;
};

static struct tally count(const struct rowset *rows)
{
	struct tally t = { .last_ok = TIME_NONE, .first_failed = TIME_NONE, .last_failed = TIME_NONE };

	for (size_t i = 0; i < rows->rows; i++) {
		enum result r = row_result(rows, i);
		usec at = cell_time(rowset_cell(rows, i, C_TS));

		t.n[r]++;
		if (at == TIME_NONE)
			continue;
		if (r == RESULT_OK && at > t.last_ok)
			t.last_ok = at;
		if (r == RESULT_FAILED && at > t.last_failed)
			t.last_failed = at;
		if (r == RESULT_FAILED && (t.first_failed == TIME_NONE || at < t.first_failed))
			t.first_failed = at;
	}
	return t;
}

static void summary(const struct rowset *rows, usec now, struct buf *out)
{
	struct tally t = count(rows);

	if (rows->rows == 0)
		return;
	buf_printf(out, "%zu sent, %zu failed, %zu ok", rows->rows, t.n[RESULT_FAILED], t.n[RESULT_OK]);
	if (t.n[RESULT_PENDING] > 0)
		buf_printf(out, ", %zu pending", t.n[RESULT_PENDING]);
	buf_puts(out, t.last_ok == TIME_NONE ? ", never ok" : ", last ok");
	if (t.last_ok != TIME_NONE)
		put_ago(out, now, t.last_ok);
	if (t.first_failed == TIME_NONE)
		return;
	buf_puts(out, ", first failure");
	put_ago(out, now, t.first_failed);
	buf_puts(out, t.last_ok < t.first_failed ? ", persistent"
						 : t.last_ok < t.last_failed ? ", still failing" : "");
}

/* ---- the table ------------------------------------------------------------------------------ */

static const char *const needs_id[] = { "tracking_id", NULL };

static const struct step steps[] = {
	{ .source = "athena", .query = "callbacks", .needs = needs_id, .age_to = 180, .chunk_days = 7,
	  .authority = true },
	{ .source = "trino", .query = "callbacks", .needs = needs_id, .age_from = 30, .age_to = 180,
	  .chunk_days = 7, .authority = true },
	/* The copy is as good as the archive for the last month only. */
	{ .source = "rewind", .query = "callbacks", .needs = needs_id, .age_to = 30, .shrink = true,
	  .authority = true },
	{ .source = "rewind", .query = "callbacks", .needs = needs_id, .age_from = 30, .age_to = 180,
	  .shrink = true },
};

static const struct moment_def moments[] = {
	{ .event = MOMENT_COLUMN(C_TS),
	  .what = { MOMENT_COLUMN(C_TYPE), MOMENT_COLUMN(C_RESULT), MOMENT_COLUMN(C_HTTP),
		    MOMENT_COLUMN(C_ERROR) } },
};

static const struct jump_def jumps[] = {
	{ "the load it tells of", "load", { { "fk_tracking_id", "tracking_id" } } },
	/* It names no event: the last one that was known when it was sent is what it can tell of. */
	{ "the last event known before it", "ocean_events", .when = JUMP_BEFORE, .at = "ts",
	  .there_at = "known_at", .within = USEC_DAY },
	{ "the last file before it", "carrier_files", .when = JUMP_BEFORE, .at = "ts",
	  .there_at = "process_completed_timestamp", .within = USEC_DAY },
};

const struct section_def section_callbacks = {
	.id = "callbacks",
	.title = "Callbacks",
	.letter = 'C',
	.absent = "no callback in these days",
	.columns = columns,
	.ncolumns = C_COUNT,
	.after = after_network,
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
	.windowed = true,
	.max_rows = 200,
	.ttl = 2 * USEC_MIN,
	.deadline = 120 * USEC_SEC,
	.skip = skip_without_load,
	.derive = derive,
	.finish = finish,
	.mark = mark,
	.summary = summary,
	.moments = moments,
	.nmoments = sizeof moments / sizeof moments[0],
	.jumps = jumps,
	.njumps = sizeof jumps / sizeof jumps[0],
};
