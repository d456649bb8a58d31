/* From where: who was asked what for a section, how long it took, what came of it;
 * and the same for one query. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/text_view.h"
#include "views/words.h"

struct from {
	struct text_view t;
	unsigned number;         /* of one attempt; 0 = a section */
};

/* ---- one attempt ---------------------------------------------------------------------- */

static void put_window(struct flow *f, usec from, usec to, struct zone z)
{
	char a[FORMAT_MAX], b[FORMAT_MAX], text[2 * FORMAT_MAX + 16];

	if (from == TIME_NONE && to == TIME_NONE)
		return;
	snprintf(text, sizeof text, "%s to %s", from == TIME_NONE ? "the beginning" : format_time(a, from, z),
	         to == TIME_NONE ? "now" : format_time(b, to, z));
	flow_puts(f, "window", text);
}

static const char *span_of(char out[static TIME_SPAN_MAX], usec from, usec to)
{
	if (!from || !to || to < from)
		return "-";
	return time_span(out, to - from);
}

static void put_timing(struct flow *f, const struct attempt *a, usec now)
{
	char queue[TIME_SPAN_MAX], first[TIME_SPAN_MAX], total[TIME_SPAN_MAX], text[160];
	usec end = a->ended ? a->ended : now;

	if (!a->started)
		return;
	snprintf(text, sizeof text, "queued %s, first row after %s, %s %s",
	         span_of(queue, a->queued, a->started), span_of(first, a->started, a->first_row),
	         a->ended ? "done after" : "running for", span_of(total, a->started, end));
	flow_puts(f, "timing", text);
}

static void put_volume(struct flow *f, const struct attempt *a)
{
	char rows[FORMAT_MAX], bytes[FORMAT_MAX], read[FORMAT_MAX], text[160];

	if (!a->started)
		return;
	snprintf(text, sizeof text, "%s row%s, %s", format_count(rows, a->rows), a->rows == 1 ? "" : "s",
	         format_bytes(bytes, a->bytes));
	if (a->progress.rows_read) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof text - used, "; the server read %s rows",
		         format_count(read, a->progress.rows_read));
	}
	flow_puts(f, "answer", text);
}

static void put_outcome(struct flow *f, const struct attempt *a)
{
	char text[ERR_TEXT_MAX + 80], code[32] = "";

	if (a->code)
		snprintf(code, sizeof code, " %ld", a->code);
	snprintf(text, sizeof text, "%s%s%s%s%s%s", attempt_outcome_word(a->outcome),
	         a->cls ? ", " : "", a->cls ? err_word(a->cls) : "", code, a->detail[0] ? ": " : "",
	         attempt_detail(a));
	flow_puts(f, "outcome", text);
}

static void put_attempt(struct flow *f, const struct attempt *a, usec now, struct zone z)
{
	char text[160], when[FORMAT_MAX];
	struct face face = attempt_face(a, now);
	int y;

	if (flow_line(f, &y)) {
		int used = face_draw(f->canvas, f->r.x + 1, y, &face);

		canvas_printf(f->canvas, f->r.x + 2 + used, y, f->r.w - 2 - used, ROLE_STRONG,
		              " q%u  %s / %s", a->number, a->source, a->query);
	}
	f->y++;
	put_outcome(f, a);
	snprintf(text, sizeof text, "%s, %u tr%s%s%s", a->kind ? a->kind : "?", a->tries,
	         a->tries == 1 ? "y" : "ies", a->id[0] ? ", id " : "", a->id);
	if (a->started) {
		flow_puts(f, "asked", text);
		flow_puts(f, "at", format_time(when, a->started_wall, z));
	}
	put_window(f, a->from, a->to, z);
	put_timing(f, a, now);
	put_volume(f, a);
	if (a->progress.note[0])
		flow_puts(f, "note", a->progress.note);
}

static void put_sent(struct flow *f, const struct attempt *a)
{
	flow_gap(f);
	flow_text(f, ROLE_DIM, a->sent ? " as sent:" : " nothing was sent");
	if (a->sent)
		flow_code(f, a->sent);
}

/* ---- a section ---------------------------------------------------------------------------- */

static void put_section(struct flow *f, const struct app *app, const struct section *s)
{
	const struct investigation *inv = app->desk->inv;
	char text[PHRASE_MAX], rank[PHRASE_MAX], when[FORMAT_MAX];
	struct sentence say;

	section_sentence(&say, s, app_mono(app), app_zone(app));
	flow_puts(f, "state", section_state_word(s->state));
	if (say.text[0])
		flow_puts(f, "", say.text);
	if (s->answered_by) {
		snprintf(text, sizeof text, "%s, %s", s->answered_by, answer_rank(rank, s));
		flow_puts(f, "answered by", text);
	}
	if (s->as_of != TIME_NONE)
		flow_puts(f, "data as of", format_time(when, s->as_of, app_zone(app)));
	if (s->def->windowed && inv->window_known) {
		put_window(f, inv->window.from, inv->window.to, app_zone(app));
		if (inv->window.reason[0])
			flow_puts(f, "", inv->window.reason);
	}
	if (s->def->windowed && s->def->lead_days) {
		snprintf(text, sizeof text, "asked from %u days earlier on", s->def->lead_days);
		flow_puts(f, "", text);
	}
}

static void section_content(const struct app *app, int section, struct flow *f)
{
	const struct section *s = app_section(app, section);
	const struct attempt *by;

	if (!s) {
		flow_text(f, ROLE_DIM, " nothing is open yet");
		return;
	}
	put_section(f, app, s);
	for (size_t i = 0; i < s->ntrail; i++) {
		flow_gap(f);
		put_attempt(f, s->trail[i], app_mono(app), app_zone(app));
		if (s->trail[i]->sent)
			put_sent(f, s->trail[i]);
	}
	by = answering_attempt(s);
	if (!s->ntrail && !by) {
		flow_gap(f);
		flow_text(f, ROLE_DIM, " No source was asked.");
	}
}

/* ---- the views ------------------------------------------------------------------------------- */

static const struct attempt *find(const struct app *app, unsigned number)
{
	for (size_t i = 0; app->desk->inv && i < app->desk->inv->nlog; i++)
		if (app->desk->inv->log[i]->number == number)
			return app->desk->inv->log[i];
	return NULL;
}

static void content(const struct text_view *t, struct flow *f)
{
	const struct from *from = (const struct from *)t;
	const struct attempt *a;

	if (!from->number) {
		section_content(t->v.app, t->v.section, f);
		return;
	}
	a = find(t->v.app, from->number);
	if (!a) {
		flow_text(f, ROLE_ATTENTION, " This query is not in the log any more.");
		return;
	}
	put_attempt(f, a, app_mono(t->v.app), app_zone(t->v.app));
	put_sent(f, a);
}

static void title(const struct text_view *t, char name[static TEXT_TITLE], char rest[static TEXT_TITLE])
{
	const struct from *from = (const struct from *)t;

	snprintf(name, TEXT_TITLE, "%s", from->number ? "QUERY" : "FROM WHERE");
	if (from->number)
		snprintf(rest, TEXT_TITLE, "q%u", from->number);
	else
		snprintf(rest, TEXT_TITLE, "%s", t->v.app->workspace->sections[t->v.section]->title);
}

static void copy(const struct view *v, struct copy_what *w)
{
	w->attempt = find(v->app, ((const struct from *)v)->number);
}

static const struct view_ops section_ops = {
	.name = "from where",
	.where = ON_TEXT | ON_SECTION,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = text_view_act,
	.free = text_view_free,
};

static const struct view_ops attempt_ops = {
	.name = "query",
	.where = ON_TEXT,
	.place = text_view_place,
	.draw = text_view_draw,
	.act = text_view_act,
	.copy = copy,
	.free = text_view_free,
};

static struct view *new_view(struct app *app, const struct view_ops *ops, int section,
                             unsigned number, struct err *e)
{
	struct from *f = view_alloc(sizeof *f, e);

	if (!f)
		return NULL;
	f->t.v = (struct view){ ops, app, section };
	f->t.content = content;
	f->t.title = title;
	f->number = number;
	return &f->t.v;
}

struct view *from_new(struct app *app, int section, struct err *e)
{
	return new_view(app, &section_ops, section, 0, e);
}

struct view *query_new(struct app *app, unsigned number, struct err *e)
{
	return new_view(app, &attempt_ops, NO_SECTION, number, e);
}
