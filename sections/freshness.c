#include "sections/freshness.h"

#include <stdlib.h>
#include <string.h>

#include "clients/client.h"

#define USUAL (2 * USEC_DAY)

enum { COLUMNS_MAX = 8, MINUTES = 16 };

struct asking {
	struct row_sink sink;           /* first */
	struct freshness *into;
	usec *places[COLUMNS_MAX];      /* of the columns; NULL: of none of ours */
	size_t ncolumns;
};

static void ignore_sent(struct row_sink *s, const char *text) { (void)s, (void)text; }
static void ignore_progress(struct row_sink *s, const struct progress *p) { (void)s, (void)p; }
static void ignore_bytes(struct row_sink *s, size_t n) { (void)s, (void)n; }

static bool take_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	struct asking *a = (struct asking *)s;
	bool any = false;

	for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
		a->places[i] = strcmp(names[i], "oldest") == 0 ? &a->into->oldest :
			       strcmp(names[i], "newest") == 0 ? &a->into->newest : NULL;
		any = any || a->places[i];
	}
	a->ncolumns = n < COLUMNS_MAX ? n : COLUMNS_MAX;
	return any || err_set(e, ERR_CONFIG, 0, "the query freshness gives neither oldest nor newest");
}

static bool take_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct asking *a = (struct asking *)s;

	for (size_t i = 0; i < a->ncolumns; i++) {
		if (!a->places[i] || cell_is_null(cells[i]))
			continue;
		if (!time_parse(cells[i].data, cells[i].len, a->places[i]))
			return err_set(e, ERR_DECODE, 0, "the query freshness gives no time: \"%.*s\"",
				       cells[i].len < 40 ? (int)cells[i].len : 40, cells[i].data);
	}
	return true;
}

static void ask(struct freshness *f, const char *text, const struct source *s, void *conn, usec deadline,
		struct cancel *cancel)
{
	char at[TIME_TEXT_MAX];
	struct param now = { "now", time_sql(at, f->now, false) };
	struct query q = { .name = "freshness", .text = text, .params = &now, .nparams = 1,
			   .deadline = deadline, .id = "sextant-freshness", .max_rows = 1 };
	struct asking a = { .sink = { ignore_sent, take_columns, take_row, ignore_progress, ignore_bytes },
			    .into = f };

	if (!s->client->run(conn, &q, cancel, &a.sink, &f->err))
		f->oldest = f->newest = TIME_NONE;
}

void freshness_ask(struct freshness *f, const struct config *config, const struct source *s, void *conn,
		   usec now, usec deadline, struct cancel *cancel)
{
	bool absent;
	char *text;

	*f = (struct freshness){ .oldest = TIME_NONE, .newest = TIME_NONE, .now = now };
	text = query_text_if(config, s, "freshness", &absent, &f->err);
	f->asked = !absent;
	if (text)
		ask(f, text, s, conn, deadline, cancel);
	free(text);
}

/* To the minute; of a day alone the date. */
static void put_time(struct buf *out, usec t)
{
	char text[TIME_TEXT_MAX];

	time_sql(text, t, false);
	buf_printf(out, "%.*s", t % USEC_DAY == 0 ? 10 : MINUTES, text);
}

void freshness_text(struct buf *out, const struct freshness *f)
{
	char span[TIME_SPAN_MAX];

	if (!f->asked)
		return;
	if (f->oldest != TIME_NONE) {
		put_time(out, f->oldest);
		buf_puts(out, f->newest == TIME_NONE ? " and nothing of the last days" : " to ");
	}
	if (f->newest != TIME_NONE) {
		put_time(out, f->newest);
		buf_printf(out, ", %s old", time_span(span, f->now > f->newest ? f->now - f->newest : 0));
	}
}

bool freshness_stale(const struct freshness *f, const struct source *s)
{
	return f->asked && f->err.kind == ERR_NONE &&
	       (f->newest == TIME_NONE || f->now - f->newest > USUAL + s->lag);
}
