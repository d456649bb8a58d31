/* The sections of the load workspace that are asked on demand, as a person reads them: on the
 * demonstration's rows, against tests/screens. UPDATE_GOLDEN=1 writes them anew; look at the
 * diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fixtures.h"
#include "tests/support/golden.h"
#include "tests/support/screens.h"

enum { PATIENCE_MS = 20000, STEPS = 4 };

static struct fixtures fixtures;

/* ---- a case whose time stands still ------------------------------------------------------- */

static usec stands_mono, stands_wall;

static usec mono(const struct clock *c) { (void)c; return stands_mono; }
static usec wall(const struct clock *c) { (void)c; return stands_wall; }
static const struct clock standing = { mono, wall, 0 };

/* Every source answers from the fixtures' database, under a name that is no path. */
static void configure(struct config *c)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	buf_puts(&text, "sources:\n");
	for (size_t i = 0; i < workspace_load.nsources; i++)
		buf_printf(&text, "  %s: { enabled: true, kind: sqlite, scripted: false, path: '%s' }\n",
			   workspace_load.sources[i].name, fixtures.db_file);
	if (!config_parse(c, &workspace_load, buf_str(&text), text.len, "test", false, &e))
		fail_msg("%s", e.text);
	buf_release(&text);
	for (size_t i = 0; i < c->nsources; i++)
		snprintf(c->sources[i].origin, sizeof c->sources[i].origin, "sqlite://%s", c->sources[i].name);
	c->workers = 1;
}

static bool arrived(const struct investigation *inv)
{
	for (size_t i = 0; i < inv->nsections; i++)
		if (inv->sections[i].state != SECTION_UNASKED && !section_state_final(inv->sections[i].state))
			return false;
	return true;
}

static void settle(struct app *app)
{
	struct pollfd p = { engine_fd(app->engine), POLLIN, 0 };

	for (;;) {
		usec next = engine_tick(app->engine, NULL);

		if (arrived(app->desk->inv))
			break;
		/* A timer is for rows that wait in a worker: the real clock tells when. */
		if (poll(&p, 1, next == TIME_NONE ? PATIENCE_MS : 60) == 0 && next == TIME_NONE)
			fail_msg("the load does not come to rest");
	}
	app_update(app);
	app_draw(app);
}

static void must(bool ok, const struct err *e)
{
	if (!ok)
		fail_msg("%s", e->text);
}

static void begin(struct app *app, struct config *c, const char *load)
{
	struct err e = { 0 };

	/* Clients measure their deadlines from it. */
	stands_mono = clock_mono(&clock_system);
	configure(c);
	must(app_init(app, &workspace_load, c, &standing, &e), &e);
	must(app_theme(app, "calm", &e), &e);
	app->demo = true;
	must(app_resize(app, 80, 24, &e), &e);
	must(app_start(app, &e), &e);
	app_open(app, load);
	assert_non_null(app->desk->inv);
	settle(app);
	app->message[0] = '\0';
}

static void end(struct app *app, struct config *c)
{
	assert_true(engine_free(app->engine, 5 * USEC_SEC));
	app_release(app);
	config_release(c);
}

/* ---- the screens ----------------------------------------------------------------------------- */

#define OUTAGE  "726100801"     /* S3: something of everything */
#define TRUCK   "730801450"     /* S10: no ocean load */

static const struct screen {
	const char *name, *load, *keys[STEPS];
	unsigned sizes;
} screens[] = {
	{ "load-on-demand", OUTAGE, { "d j" }, SMALL | MEDIUM | LARGE | NARROW },
	{ "load-on-demand-asked", OUTAGE, { ": 'ocean setup' Enter", ": 'cases' Enter", "d" }, SMALL | MEDIUM },
	{ "load-on-demand-palette", OUTAGE, { ": 'ed'" }, SMALL },
	{ "load-on-demand-several", OUTAGE, { ": 'edi' Enter" }, SMALL },
	{ "ocean-config", OUTAGE, { ": 'ocean setup' Enter" }, SMALL | MEDIUM },
	{ "ocean-config-truck", TRUCK, { ": 'ocean setup' Enter" }, SMALL },
	{ "jt-history", OUTAGE, { ": 'jt' Enter" }, SMALL | MEDIUM },
	{ "ocean-related", OUTAGE, { "6 j L" }, SMALL | MEDIUM },
	{ "ocean-trace", OUTAGE, { "6 j : 'lookup trace' Enter" }, SMALL | MEDIUM | LARGE | ASCII },
	{ "ocean-trace-rejected", OUTAGE, { "6 j j j : 'lookup trace' Enter" }, SMALL | ROLES },
	{ "ocean-trace-needs", OUTAGE, { ": 'trace' Enter" }, SMALL },
	{ "edi-files", OUTAGE, { ": 'sent' Enter" }, SMALL | MEDIUM },
	{ "edi-315", OUTAGE, { ": 'sent' Enter", "L" }, SMALL | MEDIUM | LARGE | NARROW | ASCII },
	{ "edi-315-record", OUTAGE, { ": 'sent' Enter", "L", "Enter" }, SMALL },
	{ "edi-315-needs", OUTAGE, { ": 'edi 315' Enter" }, SMALL },
	{ "edi-315-again", OUTAGE, { ": 'sent' Enter", "L", ": 'sent' Enter j", ": 'lookup edi_315' Enter" }, SMALL },
	{ "carrier-files-related", OUTAGE, { "4 L" }, SMALL },
	{ "carrier-original", OUTAGE, { "4 : 'lookup original' Enter" }, SMALL | MEDIUM | LARGE },
	{ "similar", OUTAGE, { ": 'similar' Enter" }, SMALL | MEDIUM },
	{ "cases", OUTAGE, { ": 'cases' Enter" }, SMALL },
	{ "issues", OUTAGE, { "5 j : 'lookup issues' Enter" }, SMALL },
	{ "documents", OUTAGE, { "5 j : 'lookup documents' Enter" }, SMALL },
	{ "documents-needs", OUTAGE, { ": 'documents' Enter" }, SMALL },
	{ "code", OUTAGE, { "5 j : 'lookup code' Enter" }, SMALL },
	{ "code-graph", OUTAGE, { "5 j : 'lookup code_graph' Enter" }, SMALL },
	{ "chats", OUTAGE, { ": 'chats' Enter" }, SMALL },
	{ "explain-asks", OUTAGE, { ": 'explain' Enter" }, SMALL | MEDIUM | LARGE | ASCII },
	{ "explain-asks-end", OUTAGE, { ": 'explain' Enter", "G" }, SMALL },
	{ "explain-left", OUTAGE, { ": 'explain' Enter", "q" }, SMALL },
	{ "explain", OUTAGE, { ": 'explain' Enter", "y" }, SMALL | MEDIUM },
};

static void test_screens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
		struct config config = { 0 };
		struct app app;

		begin(&app, &config, screens[i].load);
		for (size_t k = 0; k < STEPS && screens[i].keys[k]; k++) {
			screens_press(&app, screens[i].keys[k]);
			settle(&app);
		}
		screens_compare(&app, screens[i].name, screens[i].sizes);
		end(&app, &config);
	}
	golden_finish();
}

/* A file begins at the lines of the load, once: asking for it again leaves the chosen row. */
static void test_a_choice_is_kept(void **state)
{
	struct config config = { 0 };
	struct app app;
	size_t row, section;

	(void)state;
	begin(&app, &config, OUTAGE);
	screens_press(&app, ": 'sent' Enter");
	settle(&app);
	screens_press(&app, "L");
	settle(&app);
	section = (size_t)app_focus(&app);
	assert_true(section_pane_selected(app.desk->panes[section], &row));
	assert_int_equal(row, 52);
	screens_press(&app, "g j r");
	settle(&app);
	assert_true(section_pane_selected(app.desk->panes[section], &row));
	assert_int_equal(row, 1);
	end(&app, &config);
}

static int prepare(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (fixtures_init(&fixtures, &e) && time_parse(FIXTURES_NOW, strlen(FIXTURES_NOW), &stands_wall))
		return 0;
	print_error("%s\n", e.text);
	return -1;
}

static int clean_up(void **state)
{
	(void)state;
	fixtures_release(&fixtures);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_a_choice_is_kept),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
