/* The workbench over one section with the rows of one table: pane CONFIG QUERIES.
 * With a third argument no screen: the engine alone, "SECONDS FIRST-ROWS ROWS BYTES". */
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "views/app.h"

static const struct column_def columns[] = {
	{ "id", "id", COLUMN_NUMBER, 1, 8, true },
	{ "at", "at", COLUMN_TEXT, 1, 19, false },
	{ "carrier", "carrier", COLUMN_TEXT, 1, 11, false },
	{ "status", "status", COLUMN_TEXT, 1, 6, false },
	{ "bytes", "bytes", COLUMN_NUMBER, 2, 9, false },
	{ "message", "message", COLUMN_TEXT, 1, 0, false },
};

static enum mark mark(const struct rowset *rows, size_t row)
{
	return cell_is(rowset_cell(rows, row, 3), "failed") ? MARK_PROBLEM : MARK_FINE;
}

static const struct step steps[] = { { .source = "store", .query = "events", .authority = true } };

static const struct section_def events = {
	.id = "events", .title = "Events", .letter = 'E', .columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0], .steps = steps, .nsteps = 1, .mark = mark,
	.ttl = 60 * USEC_MIN, .deadline = 5 * USEC_MIN,
};

static const struct section_def *const sections[] = { &events };
static const char *const no_presets[] = { NULL };
static const struct env_alias no_env[] = { { NULL, { NULL } } };
static const struct source_def sources[] = {
	{ .name = "store", .title = "Store", .kind = "postgres", .env = no_env, .presets = no_presets,
	  .lane = 1 },
};
static const char *const no_names[] = { NULL }, *const subject[] = { "identifier", NULL };

static bool identify(const char *typed, struct facts *f, struct err *e)
{
	(void)e;
	return facts_set(f, "identifier", typed, "");
}

static void no_window(const struct facts *f, usec now, struct window *w)
{
	(void)f, (void)now, (void)w;
}

static const struct workspace workspace = {
	.name = "bench", .subject = "case", .sections = sections, .nsections = 1,
	.sources = sources, .nsources = 1, .identify = identify, .window = no_window,
	.subject_facts = subject, .params = no_names, .secret_env = no_names,
};

static bool run_engine(const struct config *config, struct err *e)
{
	struct engine *en = engine_new(config, &workspace, &clock_system, e);
	struct investigation *inv = en ? engine_open(en, "1", e) : NULL;
	struct pollfd fd = { en ? engine_fd(en) : -1, POLLIN, 0 };
	usec first = 0;

	if (!inv)
		return false;
	while (engine_tick(en, NULL), !investigation_settled(inv)) {
		if (!first && inv->sections[0].rows.rows)
			first = clock_mono(&clock_system);
		poll(&fd, 1, 10);
	}
	printf("%.6f %.6f %zu %zu\n", (double)(inv->settled_mono - inv->opened_mono) / USEC_SEC,
	       (double)(first - inv->opened_mono) / USEC_SEC, inv->sections[0].rows.rows,
	       inv->sections[0].rows.bytes);
	if (inv->sections[0].state != SECTION_OK)
		return err_set(e, ERR_INTERNAL, 0, "%s", inv->sections[0].reason);
	return engine_free(en, USEC_SEC);
}

static bool run_screen(const struct config *config, struct err *e)
{
	struct app app;
	struct term_options options = { .theme = &app.theme };
	int w, h;
	bool ok = app_init(&app, &workspace, config, &clock_system, e);

	app.still = true;
	app.opening = "1";
	ok = ok && app_theme(&app, "calm", e) && (app.term = term_open(&options, e)) != NULL;
	if (ok) {
		term_size(app.term, &w, &h);
		ok = app_resize(&app, w, h, e) && app_start(&app, e);
	}
	if (ok)
		app_loop(&app, (const char *const[]){ "1" }, 1);
	term_close(app.term);
	engine_free(app.engine, USEC_SEC);
	app_release(&app);
	return ok;
}

int main(int argc, char **argv)
{
	struct config config = { 0 };
	struct err e = { 0 };
	bool ok;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (argc < 3) {
		fprintf(stderr, "usage: pane CONFIG QUERIES [engine]\n");
		return 2;
	}
	engine_prepare(&workspace);
	ok = config_load(&config, &workspace, argv[1], &e);
	config.override_dir = argv[2];
	ok = ok && (argc > 3 ? run_engine : run_screen)(&config, &e);
	if (!ok)
		fprintf(stderr, "pane: %s\n", e.text);
	return ok ? 0 : 1;
}
