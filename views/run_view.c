/* One command that runs or ran: its words, how it does, what it writes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/app.h"
#include "views/find_list.h"
#include "views/flow.h"

enum { WORDS_LINES = 4 };

static const struct table_column columns[] = {
	{ "output", 10, 0, false, true, TABLE_LEFT },
};

static const struct column_def defs[] = {
	{ "output", "output", COLUMN_TEXT, 0, 0, false },
};

struct run_view {
	struct find_list list;
	unsigned number;
	int head;                /* lines above the table */
};

static const struct run *run_of(const struct view *v)
{
	return runs_find(&v->app->runs, ((const struct run_view *)v)->number);
}

unsigned run_view_number(const struct view *v)
{
	return ((const struct run_view *)v)->number;
}

/* ---- the table's model ---------------------------------------------------------------------- */

static size_t run_rows(const struct view *v)
{
	const struct run *run = run_of(v);

	return run ? run->nlines : 0;
}

static uint64_t run_key(const struct view *v, size_t row)
{
	(void)v;
	return row + 1;
}

static struct table_text run_cell(const struct view *v, size_t row, int column, char *scratch)
{
	const struct run *run = run_of(v);
	struct cell line = run ? run_line(run, row) : CELL_NULL;

	(void)column;
	(void)scratch;
	return (struct table_text){ line.data, line.len, ROLE_TEXT };
}

static const struct find_list_ops list_ops = { defs, run_rows, run_cell, run_key, NULL, NULL };

/* ---- the pane ---------------------------------------------------------------------------------- */

static int words_lines(const struct view *v, int w)
{
	const struct run *run = run_of(v);
	int lines = run ? canvas_wrap(&v->app->canvas, (struct rect){ 0, 0, w - 2, 0 }, ROLE_TEXT,
	                              buf_str(&run->line), run->line.len, 0) : 0;

	return lines < WORDS_LINES ? lines : WORDS_LINES;
}

static void place(struct view *v, int w, int h)
{
	struct run_view *rv = (struct run_view *)v;

	rv->head = 2 + words_lines(v, w) + (h > 12);
	table_place(&rv->list.l.table, w, h > rv->head ? h - rv->head : 0);
}

static void draw_state(const struct view *v, const struct run *run, struct canvas *c, struct rect r)
{
	bool runs = run->report.state == TASK_RUNNING, fine = run_fine(run);
	enum role role = runs ? ROLE_ACCENT : fine ? ROLE_DIM : ROLE_BAD;
	char state[RUN_STATE_MAX];

	canvas_glyph(c, r.x + 1, r.y, role, runs ? GLYPH_RUN : fine ? GLYPH_OK : GLYPH_FAIL);
	canvas_puts(c, r.x + 3, r.y, r.w - 3, role, run_state(state, run, app_mono(v->app)));
}

static void draw(const struct view *v, struct canvas *c, struct rect r, bool focused)
{
	const struct run_view *rv = (const struct run_view *)v;
	const struct run *run = run_of(v);
	struct rect former = canvas_clip(c, r);
	int lines = words_lines(v, r.w);
	char rest[USER_COMMAND_NAME + 2 * FORMAT_MAX] = "", written[FORMAT_MAX];

	if (run)
		snprintf(rest, sizeof rest, "%s", run->name);
	if (run && run->report.written > run->report.kept)
		snprintf(rest, sizeof rest, "%s  first %d MB of %s", run->name, TASK_OUTPUT_MAX >> 20,
		         format_bytes(written, run->report.written));
	find_list_title(&rv->list, c, r, "COMMAND", rest, run && run->task ? "x stop  q back" : "r again  q back");
	if (run) {
		pane_wrap(c, (struct rect){ r.x + 1, r.y + 1, r.w - 2, lines }, ROLE_TEXT, buf_str(&run->line));
		draw_state(v, run, c, (struct rect){ r.x, r.y + 1 + lines, r.w, 1 });
		find_list_table(&rv->list, c, (struct rect){ r.x, r.y + rv->head, r.w, r.h - rv->head }, focused);
	} else {
		canvas_puts(c, r.x + 1, r.y + 2, r.w - 1, ROLE_DIM, "others came after it; it is not kept any more");
	}
	canvas_unclip(c, former);
}

static struct cell selected(const struct view *v)
{
	const struct run *run = run_of(v);
	size_t row;

	return run && find_list_selected((const struct find_list *)v, &row) ? run_line(run, row) : CELL_NULL;
}

/* The table shows not all of the line. */
static bool has_detail(const struct view *v)
{
	struct cell line = selected(v);

	return line.len && canvas_cells(&v->app->canvas, line.data, line.len) >
	       ((const struct run_view *)v)->list.l.table.w - 2;
}

static void detail(const struct view *v, struct canvas *c, struct rect rule, struct rect r)
{
	struct cell line = selected(v);
	struct flow f = flow_on(c, r, 0);
	struct rect former;

	if (rule.w > 0)
		rule_title(c, rule, "the whole line", "");
	former = canvas_clip(c, r);
	flow_bytes(&f, ROLE_TEXT, line.data, line.len);
	canvas_unclip(c, former);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static void stop(struct app *app, const struct run *run)
{
	if (run->task) {
		task_cancel(run->task);
		app_say(app, "%s: told to end", run->name);
	} else {
		app_say(app, "%s has ended", run->name);
	}
}

static void again(struct app *app, const struct run *run)
{
	const struct user_command *c = user_command_named(&app->commands, run->name);
	char **words = c ? task_words_copy(run->words) : NULL;
	struct err e = { 0 };

	if (!c)
		app_complain(app, "%s is not in the file any more", run->name);
	else if (!words)
		app_complain(app, "out of memory");
	else if (c->dangerous)
		app_push(app, confirm_new(app, c, words, &e), &e);
	else
		app_run(app, c, words);
}

/* All that was kept, for reading outside. */
static void print(struct app *app, const struct run *run)
{
	buf_clear(&app->copied);
	for (size_t i = 0; i < run->nlines; i++) {
		struct cell line = run_line(run, i);

		buf_put_safe(&app->copied, line.data, line.len);
		buf_putc(&app->copied, '\n');
	}
	app_print(app);
}

static bool act(struct view *v, enum action a)
{
	const struct run *run = run_of(v);

	if (run && (a == ACTION_STOP_RUN || (a == ACTION_INTERRUPT && run->task)))
		stop(v->app, run);
	else if (run && a == ACTION_RUN_AGAIN)
		again(v->app, run);
	else if (run && a == ACTION_PRINT && run->nlines)
		print(v->app, run);
	else if (a != ACTION_STOP_RUN && a != ACTION_RUN_AGAIN)
		return find_list_act(v, a);
	return true;
}

static void copy(const struct view *v, struct copy_what *w)
{
	(void)v;
	w->section = NULL;
	w->attempt = NULL;
}

static const struct view_ops ops = {
	.name = "command",
	.where = ON_TEXT | ON_RUN | ON_RECORDS,
	.update = find_list_update,
	.place = place,
	.draw = draw,
	.detail = detail,
	.has_detail = has_detail,
	.act = act,
	.copy = copy,
	.finder = find_list_finder,
	.free = find_list_free,
};

struct view *run_view_new(struct app *app, unsigned number, struct err *e)
{
	struct run_view *rv = calloc(1, sizeof *rv);

	if (!rv || !runs_find(&app->runs, number)) {
		free(rv);
		err_set(e, ERR_CONFIG, 0, "no command has run");
		return NULL;
	}
	rv->number = number;
	find_list_init(&rv->list, &ops, app, &list_ops, columns, 1);
	rv->list.follow = rv->list.l.table.follow = true;
	return &rv->list.l.v;
}
