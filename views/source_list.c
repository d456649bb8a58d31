/* The sources as they stand: `:sources`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/find_list.h"
#include "views/flow.h"
#include "views/health.h"
#include "views/words.h"

enum { S_NAME, S_STATE, S_KIND, S_NOW, S_P50, S_P95, S_PULSE, S_COUNTS, S_LAST, S_COUNT };

static const struct table_column columns[S_COUNT] = {
	[S_NAME]   = { "source", 9, 0, true, false, TABLE_LEFT },
	[S_STATE]  = { "state", 17, 0, false, false, TABLE_LEFT },
	[S_KIND]   = { "kind", 10, 4, false, false, TABLE_LEFT },
	[S_NOW]    = { "now", 10, 4, false, false, TABLE_LEFT },
	[S_P50]    = { "p50", 6, 2, false, false, TABLE_RIGHT },
	[S_P95]    = { "p95", 6, 1, false, false, TABLE_RIGHT },
	[S_PULSE]  = { "15 minutes", PULSE_MINUTES, 3, false, false, TABLE_LEFT },
	[S_COUNTS] = { "ok/failed", 9, 2, false, false, TABLE_LEFT },
	[S_LAST]   = { "last trouble", 12, 3, false, true, TABLE_LEFT },
};

static const struct source_status *status_at(const struct view *v, size_t row)
{
	struct engine *en = v->app->engine;

	return en && row < engine_sources(en) ? engine_source(en, row) : NULL;
}

static const struct column_def defs[S_COUNT] = {
	[S_NAME]   = { "source", "source", COLUMN_TEXT, 0, 0, true },
	[S_STATE]  = { "state", "state", COLUMN_TEXT, 0, 0, false },
	[S_KIND]   = { "kind", "kind", COLUMN_TEXT, 0, 0, false },
	[S_NOW]    = { "now", "now", COLUMN_NUMBER, 0, 0, false },
	[S_P50]    = { "p50", "p50", COLUMN_NUMBER, 0, 0, false },
	[S_P95]    = { "p95", "p95", COLUMN_NUMBER, 0, 0, false },
	[S_PULSE]  = { "recent", "15 minutes", COLUMN_NUMBER, 0, 0, false },
	[S_COUNTS] = { "failed", "ok/failed", COLUMN_NUMBER, 0, 0, false },
	[S_LAST]   = { "trouble", "last trouble", COLUMN_TEXT, 0, 0, false },
};

static size_t source_rows(const struct view *v)
{
	return v->app->engine ? engine_sources(v->app->engine) : 0;
}

static uint64_t source_key(const struct view *v, size_t row)
{
	(void)v;
	return row + 1;
}

/* Of one that is asked as usual. */
static enum role mood_of(const struct source_status *st, char word[static FORMAT_MAX], enum glyph_name *glyph)
{
	static const struct { const char *word; enum glyph_name glyph; enum role role; } moods[] = {
		[MOOD_UNKNOWN] = { "not asked yet", GLYPH_DOT, ROLE_DIM },
		[MOOD_WELL] = { "ok", GLYPH_OK, ROLE_DIM },
		[MOOD_MIXED] = { "ok at times", GLYPH_OK, ROLE_ATTENTION },
		[MOOD_DOWN] = { "failing now", GLYPH_FAIL, ROLE_BAD },
		[MOOD_ILL] = { "failing", GLYPH_FAIL, ROLE_BAD },
	};
	enum health_mood mood = health_mood(st);

	snprintf(word, FORMAT_MAX, "%s", moods[mood].word);
	*glyph = moods[mood].glyph;
	return moods[mood].role;
}

/* Glyph, word and look of a source; `word` gets a countdown where there is one. */
static enum role state_of(const struct source_status *st, usec now, char word[static FORMAT_MAX],
                          enum glyph_name *glyph)
{
	char span[FORMAT_MAX];

	if (!st->source->configured) {
		*glyph = GLYPH_SKIP;
		snprintf(word, FORMAT_MAX, "not configured");
		return ROLE_DIM;
	}
	if (st->checking) {
		*glyph = GLYPH_RUN;
		snprintf(word, FORMAT_MAX, "checking");
		return ROLE_ACCENT;
	}
	if (st->breaker != BREAKER_CLOSED) {
		*glyph = GLYPH_CANCEL;
		if (st->breaker == BREAKER_OPEN && st->retry_at > now)
			snprintf(word, FORMAT_MAX, "open, %s",
			         format_running(span, st->retry_at - now + USEC_SEC - 1));
		else
			snprintf(word, FORMAT_MAX, "%s", breaker_word(st->breaker));
		return ROLE_BAD;
	}
	return mood_of(st, word, glyph);
}

static void put_now(char *scratch, const struct source_status *st)
{
	scratch[0] = '\0';
	if (st->in_flight || st->queued)
		snprintf(scratch, TABLE_SCRATCH, "%u+%u of %u", st->in_flight, st->queued, st->source->lane);
}

static const char *trouble(const struct source_status *st)
{
	if (!st->source->configured)
		return st->source->missing;
	if (st->checked && !st->healthy)
		return without_source(st->check_err.text, st->source->name);
	return st->last.kind ? without_source(st->last.text, st->source->name) : "";
}

static struct table_text span_text(char *scratch, usec span)
{
	char text[TIME_SPAN_MAX];

	snprintf(scratch, TABLE_SCRATCH, "%s", span ? time_span(text, span) : "");
	return list_text(scratch, ROLE_TEXT);
}

static usec slowest(const struct pulse *p, usec now)
{
	usec most = 0;

	for (int ago = 0; ago < PULSE_MINUTES; ago++) {
		const struct pulse_minute *m = pulse_at(p, now, ago);

		most = m && m->slowest > most ? m->slowest : most;
	}
	return most;
}

static enum glyph_name minute_glyph(const struct pulse_minute *m, usec most)
{
	const int bars = GLYPH_BAR8 - GLYPH_BAR1 + 1;

	if (!m)
		return GLYPH_DOT;
	if (m->failed)
		return GLYPH_FAIL;
	return most ? (enum glyph_name)(GLYPH_BAR1 + (bars - 1) * m->slowest / most) : GLYPH_BAR1;
}

/* A cell per minute, this one last: how slow the slowest answer was, or that something
 * failed. */
static struct table_text pulse_text(char *scratch, const struct pulse *p, usec now)
{
	usec most = slowest(p, now);
	size_t len = 0;

	for (int ago = PULSE_MINUTES - 1; ago >= 0; ago--) {
		enum glyph_name glyph = minute_glyph(pulse_at(p, now, ago), most);

		len += (size_t)snprintf(scratch + len, TABLE_SCRATCH - len, "%s", glyph_text(glyph, false));
	}
	return list_text(scratch, ROLE_TEXT);
}

static struct table_text source_cell(const struct view *v, size_t row, int column, char *scratch)
{
	const struct source_status *st = status_at(v, row);
	char word[FORMAT_MAX];
	enum glyph_name glyph;
	enum role role;

	if (!st)
		return list_text("", ROLE_TEXT);
	switch (column) {
	case S_NAME: return list_text(st->source->name, ROLE_TEXT);
	case S_KIND: return list_text(st->source->client ? st->source->client->kind : "", ROLE_DIM);
	case S_P50:  return span_text(scratch, st->p50);
	case S_P95:  return span_text(scratch, st->p95);
	case S_PULSE: return pulse_text(scratch, &st->pulse, app_mono(v->app));
	case S_LAST: return list_text(trouble(st), ROLE_DIM);
	case S_STATE:
		role = state_of(st, app_mono(v->app), word, &glyph);
		snprintf(scratch, TABLE_SCRATCH, "%s %s", glyph_text(glyph, false), word);
		return list_text(scratch, role);
	case S_NOW:
		put_now(scratch, st);
		break;
	default:
		scratch[0] = '\0';
		if (st->ok || st->failed)
			snprintf(scratch, TABLE_SCRATCH, "%llu/%llu", (unsigned long long)st->ok,
			         (unsigned long long)st->failed);
	}
	return list_text(scratch, ROLE_TEXT);
}

static unsigned failures(const struct pulse *p, usec now)
{
	unsigned n = 0;

	for (int ago = 0; ago < PULSE_MINUTES; ago++)
		n += pulse_at(p, now, ago) ? pulse_at(p, now, ago)->failed : 0;
	return n;
}

/* Numbers bare, times in seconds, states without their sign. */
static struct table_text source_value(const struct view *v, size_t row, int column, char *scratch)
{
	const struct source_status *st = status_at(v, row);
	enum glyph_name glyph;

	if (!st)
		return list_text("", ROLE_TEXT);
	switch (column) {
	case S_STATE:  state_of(st, app_mono(v->app), scratch, &glyph); break;
	case S_NOW:    snprintf(scratch, TABLE_SCRATCH, "%u", st->in_flight + st->queued); break;
	case S_P50:    snprintf(scratch, TABLE_SCRATCH, "%.3f", (double)st->p50 / USEC_SEC); break;
	case S_P95:    snprintf(scratch, TABLE_SCRATCH, "%.3f", (double)st->p95 / USEC_SEC); break;
	case S_PULSE:  snprintf(scratch, TABLE_SCRATCH, "%u", failures(&st->pulse, app_mono(v->app))); break;
	case S_COUNTS: snprintf(scratch, TABLE_SCRATCH, "%llu", (unsigned long long)st->failed); break;
	default:       return (struct table_text){ NULL, 0, ROLE_TEXT };
	}
	return list_text(scratch, ROLE_TEXT);
}

static const struct find_list_ops list_ops = {
	defs, source_rows, source_cell, source_key, NULL, source_value,
};

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	struct telemetry_status st;
	struct buf rest = BUF_INIT;

	buf_printf(&rest, "%zu", source_rows(v));
	telemetry_status(v->app->telemetry, &st);
	if (v->app->telemetry) {
		buf_puts(&rest, "  telemetry ");
		health_telemetry(&rest, &st);
	}
	find_list_draw((const struct find_list *)v, c, r, focused, "SOURCES", buf_str(&rest), "c check  q back");
	buf_release(&rest);
}

static void put_pulse(struct flow *f, const struct pulse *p, usec now)
{
	char bars[TABLE_SCRATCH], text[TABLE_SCRATCH], span[TIME_SPAN_MAX];
	unsigned ok = 0, failed = 0;

	for (int ago = 0; ago < PULSE_MINUTES; ago++) {
		const struct pulse_minute *m = pulse_at(p, now, ago);

		ok += m ? m->ok : 0;
		failed += m ? m->failed : 0;
	}
	pulse_text(bars, p, now);
	snprintf(text, sizeof text, "%.80s  %u ok, %u failed, slowest %s", bars, ok, failed,
	         ok ? time_span(span, slowest(p, now)) : "-");
	flow_puts(f, "15 minutes", text);
}

static const struct source_status *selected(const struct view *v, size_t *row)
{
	return find_list_selected((const struct find_list *)v, row) ? status_at(v, *row) : NULL;
}

static bool has_detail(const struct view *v)
{
	size_t row;

	return selected(v, &row) != NULL;
}

/* What the server said of itself. */
static void put_health(struct flow *f, const struct source_status *st)
{
	const struct health *h = &st->health;
	struct buf text = BUF_INIT, clock = BUF_INIT;
	char span[TIME_SPAN_MAX];

	health_clock(&clock, h);
	buf_printf(&text, "%s%s%s%s%s%s%s%s%s, %s", h->server, h->user[0] ? " as " : "", h->user,
	           h->detail[0] ? ", " : "", h->detail, h->read_only ? ", read-only" : "",
	           h->rights == RIGHTS_READ ? ", may only read" : "", clock.len ? ", " : "", buf_str(&clock),
	           time_span(span, st->check_time));
	flow_puts(f, "checked", buf_str(&text));
	buf_release(&clock);
	buf_release(&text);
}

/* How far its data reaches, and how far it is behind by nature. */
static void put_freshness(struct flow *f, const struct source_status *st)
{
	const struct freshness *fresh = &st->freshness;
	struct buf text = BUF_INIT;
	char span[TIME_SPAN_MAX];

	if (fresh->err.kind != ERR_NONE)
		buf_printf(&text, "did not tell how new: %s", without_source(fresh->err.text, st->source->name));
	else
		freshness_text(&text, fresh);
	if (fresh->asked && !text.len)
		buf_puts(&text, "none of the last days");
	if (st->source->lag)
		buf_printf(&text, "%susually %s behind", text.len ? "; " : "", time_span(span, st->source->lag));
	if (text.len)
		flow_puts(f, "data", buf_str(&text));
	buf_release(&text);
}

static void put_check(struct flow *f, const struct source_status *st)
{
	const char *advice = health_advice(st);
	struct buf way = BUF_INIT;

	if (!st->checked)
		return;
	if (st->healthy)
		put_health(f, st);
	if (advice)
		flow_puts(f, "advice", advice);
	health_way(&way, st);
	if (way.len)
		flow_puts(f, "way", buf_str(&way));
	if (st->reach.steps[REACH_TLS].outcome != REACH_SKIPPED)
		flow_puts(f, "certificate", st->reach.steps[REACH_TLS].text);
	buf_release(&way);
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	size_t row;
	const struct source_status *st = selected(v, &row);
	struct flow f = flow_on(c, r, 0);

	if (!st)
		return;
	if (rule.w > 0)
		rule_title(c, rule, st->source->name, st->source->title);
	struct rect former = canvas_clip(c, r);

	flow_puts(&f, "where", st->source->origin[0] ? st->source->origin : "-");
	/* What matters first: the rest may not fit. */
	if (trouble(st)[0])
		flow_puts(&f, "last trouble", trouble(st));
	put_check(&f, st);
	flow_puts(&f, "breaker", breaker_word(st->breaker));
	put_pulse(&f, &st->pulse, app_mono(v->app));
	put_freshness(&f, st);
	canvas_unclip(c, former);
}

static bool act(struct view *v, enum action a)
{
	size_t row;
	const struct source_status *st = selected(v, &row);

	if (a != ACTION_CHECK && a != ACTION_OPEN)
		return find_list_act(v, a);
	if (!st)
		return true;
	if (!st->source->configured)
		app_complain(v->app, "%s is not configured: %s", st->source->name, st->source->missing);
	else
		engine_check(v->app->engine, row);
	return true;
}

static const struct view_ops ops = {
	.name = "sources",
	.where = ON_TABLE | ON_SOURCES | ON_RECORDS,
	.update = find_list_update,
	.layout = LAYOUT_LIST,
	.place = list_view_place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.finder = find_list_finder,
	.free = find_list_free,
};

struct view *sources_new(struct app *app, struct err *e)
{
	struct find_list *l = view_alloc(sizeof *l, e);

	if (!l)
		return NULL;
	find_list_init(l, &ops, app, &list_ops, columns, S_COUNT);
	return &l->l.v;
}
