#include "views/complete.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "views/app.h"
#include "views/finder.h"

static void add(struct completions *out, const char *word, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct completions *out, const char *word, const char *fmt, ...)
{
	va_list ap;

	for (size_t i = 0; i < out->n; i++)
		if (!strcmp(out->items[i].word, word))
			return;
	if (out->n == COMPLETIONS_MAX || strlen(word) >= FUZZY_MAX)
		return;
	snprintf(out->items[out->n].word, FUZZY_MAX, "%s", word);
	va_start(ap, fmt);
	vsnprintf(out->items[out->n].help, COMPLETION_HELP, fmt, ap);
	va_end(ap);
	out->n++;
}

/* Which word is being typed, from 0 on. */
static int word_number(const char *arg)
{
	int n = 0;

	for (const char *at = arg; *at; at++)
		n += *at == ' ' && at > arg && at[-1] != ' ';
	return n;
}

static size_t last_word(const char *arg)
{
	const char *blank = strrchr(arg, ' ');

	return blank ? (size_t)(blank + 1 - arg) : 0;
}

static const struct section_def *focus(const struct app *app)
{
	int section = app_focus(app);

	return section == NO_SECTION ? NULL : app->workspace->sections[section];
}

/* ---- each kind ------------------------------------------------------------------------- */

static void add_sections(const struct app *app, struct completions *out)
{
	for (size_t i = 0; i < app->npanes; i++) {
		const struct section_def *def = app->workspace->sections[i];

		if (def->on_demand)
			add(out, def->id, "%s, on demand", def->title);
		else
			add(out, def->id, "%zu %s", i + 1, def->title);
	}
}

static void complete_on_demand(const struct app *app, const char *arg, struct completions *out)
{
	if (word_number(arg) == 1)
		add(out, "all", "of the case, not about the record");
	for (size_t i = app->numbered; word_number(arg) == 0 && i < app->npanes; i++)
		add(out, app->workspace->sections[i]->id, "%s", app->workspace->sections[i]->question);
}

static void complete_section(const struct app *app, struct completions *out, bool places)
{
	if (places)
		add(out, "overview", "0");
	add_sections(app, out);
	if (places)
		add(out, "timeline", "%d", app_timeline_base(app));
	else
		add(out, "all", "every section");
}

static void complete_load(const struct app *app, struct completions *out)
{
	char who[SUBJECT_MAX];

	for (int i = 0; i < app->ndesks; i++) {
		desk_subject(app->desks[i], who, true);
		add(out, desk_name(app->desks[i]), "%d %s", i + 1, who);
	}
}

static void complete_follow(const struct app *app, struct completions *out)
{
	add_sections(app, out);
	add(out, "all", "every section");
	add(out, "10s", "the interval, from 5s to 1h");
	add(out, "off", "no longer");
	add(out, "hold", "not now");
}

static void complete_source(const struct app *app, const char *arg, struct completions *out)
{
	const struct section_def *def = focus(app);

	if (word_number(arg) == 1) {
		add(out, "on", "asked in its turn");
		add(out, "off", "never asked");
		add(out, "only", "the only one asked");
	}
	for (size_t i = 0; def && word_number(arg) == 0 && i < def->nsteps; i++)
		add(out, def->steps[i].source, "of %s", def->title);
}

/* Of the rows that would be looked through. */
static void complete_column(const struct app *app, struct completions *out)
{
	const struct finder *f = app_finder(app);

	for (size_t i = 0; f && i < f->narrow.view.ncolumns; i++)
		add(out, f->narrow.view.columns[i].id, "%s", f->narrow.view.columns[i].title);
}

/* A term that names a column has nothing more to complete behind it. */
static void complete_filter(const struct app *app, const char *arg, struct completions *out)
{
	out->from += arg[out->from] == '!';
	if (!strpbrk(arg + out->from, ":~=!<>@/\""))
		complete_column(app, out);
}

static void complete_lanes(const struct app *app, const char *arg, struct completions *out)
{
	const char *comma = strrchr(arg, ',');

	if (word_number(arg) == 0) {
		add(out, "lanes", "only those of some sections");
		return;
	}
	if (comma && comma >= arg + out->from)
		out->from = (size_t)(comma + 1 - arg);
	for (size_t i = 0; i < app->npanes; i++)
		if (app->workspace->sections[i]->nmoments)
			add(out, (char[]){ app->workspace->sections[i]->letter, '\0' }, "%s",
			    app->workspace->sections[i]->title);
	add(out, "all", "every lane");
}

static void complete_form(struct completions *out)
{
	for (unsigned f = 0; f < COPY_FORM_COUNT; f++)
		add(out, copy_form_info((enum copy_form)f)->word, "y %c", copy_form_info((enum copy_form)f)->letter);
}

static void complete_theme(struct completions *out)
{
	static const char folder[] = "themes/", end[] = ".yaml";
	char name[FUZZY_MAX];

	for (const struct embedded *f = embedded_files; f->path; f++) {
		size_t len = strlen(f->path);

		if (strncmp(f->path, folder, sizeof folder - 1) != 0 || len > FUZZY_MAX)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(len - (sizeof folder - 1) - (sizeof end - 1)),
		         f->path + sizeof folder - 1);
		add(out, name, "built in");
	}
}

static void complete_output(const struct app *app, const char *arg, struct completions *out)
{
	size_t before = out->from;

	while (before && arg[before - 1] == ' ')
		before--;
	if (before >= 7 && !strncmp(arg + before - 7, "section", 7)) {
		add_sections(app, out);
		return;
	}
	add(out, "section", "only that one");
	add(out, "text", "as `sextant show` prints it");
	add(out, "json", "one object");
	add(out, "csv", "for spreadsheets");
}

static void complete_mark(const struct app *app, struct completions *out)
{
	const struct record_copy *mark;
	char word[2] = "";

	for (size_t n = 0; (mark = marks_newest(&app->marks, n, word)); n++)
		add(out, word, "%s %s of %s", mark->def->title, mark->ref, mark->of);
}

static void complete_command(const struct app *app, struct completions *out)
{
	for (size_t i = 0; i < app->commands.n; i++)
		if (user_command_applies(&app->commands.all[i], app_focus(app)))
			add(out, app->commands.all[i].name, "%s", app->commands.all[i].help);
}

static void complete_zone(const struct app *app, struct completions *out)
{
	add(out, "UTC", "as sources keep it");
	add(out, "local", "of this machine");
	for (size_t i = 0; i < app->zones.n; i++)
		add(out, tz_name(app->zones.named[i]), "configured, or in this load");
}

void complete_argument(const struct app *app, enum verb v, const char *arg, struct completions *out)
{
	enum verb_takes takes = verb_info(v)->takes;

	out->n = 0;
	out->from = last_word(arg);
	switch (takes) {
	case TAKES_SECTION:
	case TAKES_SECTION_ALL: complete_section(app, out, takes == TAKES_SECTION); break;
	case TAKES_ON_DEMAND:   complete_on_demand(app, arg, out); break;
	case TAKES_LOAD:        complete_load(app, out); break;
	case TAKES_FOLLOW:      complete_follow(app, out); break;
	case TAKES_SOURCE:      complete_source(app, arg, out); break;
	case TAKES_FILTER:      complete_filter(app, arg, out); break;
	case TAKES_LANES:       complete_lanes(app, arg, out); break;
	case TAKES_FORM:        complete_form(out); break;
	case TAKES_MARK:        complete_mark(app, out); break;
	case TAKES_THEME:       complete_theme(out); break;
	case TAKES_OUTPUT:      complete_output(app, arg, out); break;
	case TAKES_COMMAND:     complete_command(app, out); break;
	case TAKES_ZONE:        complete_zone(app, out); break;
	case TAKES_CHECK:       add(out, "check", "as `sextant config check`"); break;
	case TAKES_COLUMN:
		out->from += arg[out->from] == '-';
		complete_column(app, out);
		break;
	case TAKES_SWITCH:
		add(out, "on", "%s", "");
		add(out, "off", "%s", "");
		break;
	case TAKES_NOTHING:
	case TAKES_TEXT:
		break;
	}
}
