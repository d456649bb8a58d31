/* From one problem to the next, through all sections in rail order. */
#include "views/app.h"

/* A place among the problems: a row of a section; row -1 stands for the section
 * itself, which is a problem when nobody answered. */
struct place {
	int section;
	long row;
};

static bool is_problem(const struct app *app, struct place p)
{
	const struct section *s = app_section(app, p.section);

	if (p.row < 0)
		return s->state == SECTION_FAILED;
	if (!section_pane_shows(app->desk->panes[p.section], (size_t)p.row))
		return false;
	return s->def->mark && s->def->mark(&s->rows, (size_t)p.row) == MARK_PROBLEM;
}

static struct place step(const struct app *app, struct place p, int direction)
{
	int n = (int)app->npanes;

	p.row += direction;
	if (p.row >= (long)app_section(app, p.section)->rows.rows) {
		p.section = (p.section + 1) % n;
		p.row = -1;
	} else if (p.row < -1) {
		p.section = (p.section + n - 1) % n;
		p.row = (long)app_section(app, p.section)->rows.rows - 1;
	}
	return p;
}

/* Where the search starts: at the selected row of the section in front. */
static struct place here(const struct app *app, int direction)
{
	int section = app_section_of(app, app->desk->base);
	bool in_section = section != NO_SECTION;
	struct place p = { in_section ? section : 0, -1 };
	size_t row;

	if (!in_section) {
		/* From the overview or the timeline forwards the first of all is meant, not the second. */
		if (direction > 0)
			p = step(app, (struct place){ 0, -1 }, -1);
		return p;
	}
	if (section_pane_selected(app_base_view(app), &row))
		p.row = (long)row;
	return p;
}

static void show(struct app *app, struct place p)
{
	const struct section *s = app_section(app, p.section);
	char ref[REF_MAX];

	if (p.row < 0) {
		app_go(app, app_base_of(app, p.section));
		app_say(app, "%s could not be answered", s->def->title);
		return;
	}
	app_show_record(app, p.section, (size_t)p.row);
	section_pane_ref(app->desk->panes[p.section], (size_t)p.row, ref);
	app_say(app, "%s%s%s: %zu of %zu rows have a problem", s->def->title, ref[0] ? " " : "", ref,
	        s->problems, s->rows.rows);
}

void app_next_problem(struct app *app, int direction)
{
	struct place start, p;

	if (!app->desk->inv) {
		app_complain(app, "nothing is open; : open LOAD");
		return;
	}
	start = p = here(app, direction);
	do {
		p = step(app, p, direction);
		if (is_problem(app, p)) {
			show(app, p);
			return;
		}
	} while (p.section != start.section || p.row != start.row);
	app_say(app, investigation_settled(app->desk->inv) ? "no problems" : "no problems so far");
}
