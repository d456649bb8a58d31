/* The headless commands as a person or a script meets them: the real program, its
 * exit status, what it writes where, and the contract of its JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sections/investigation.h"
#include "tests/support/command_run.h"
#include "tests/support/fixtures.h"
#include "tests/support/process.h"
#include "tests/support/show_contract.h"

#define BUSY    "726100801"       /* S3: rows everywhere */
#define QUIET   "729911203"       /* S5: a truck load, nothing wrong with the sources */
#define UNKNOWN "NB-55120093"     /* S30 */

static struct fixtures fixtures;
static char home[200];

/* ---- configurations ------------------------------------------------------------------ */

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static const char *config_file(const char *text)
{
	static char path[260];

	snprintf(path, sizeof path, "%s/test.yaml", home);
	write_text(path, text);
	return path;
}

/* Every source answers from the fixtures' database, or is switched off. */
static const char *config_with(bool scripted, const char *off)
{
	static const char *const names[] = {
		"tracking", "company", "redshift", "signoz", "rewind", "athena", "trino", "ocean",
	};
	struct buf text = BUF_INIT;
	const char *path;

	buf_puts(&text, "now: " FIXTURES_NOW "\nsources:\n");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strstr(off, names[i]))
			buf_printf(&text, "  %s: { enabled: false }\n", names[i]);
		else
			buf_printf(&text, "  %s: { kind: sqlite, scripted: %s, path: '%s' }\n", names[i],
				   scripted ? "true" : "false", fixtures.db_file);
	}
	path = config_file(buf_str(&text));
	buf_release(&text);
	return path;
}

#define NO_ARCHIVES "athena trino ocean"
#define NO_SOURCE   "tracking company redshift signoz rewind " NO_ARCHIVES

static int run(struct command_run *r, const char *const *words)
{
	return command_run(r, home, words);
}

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

static int show_json(struct command_run *r, const char *config, const char *load)
{
	return run(r, WORDS("--config", config, "show", load, "--format", "json", "--quiet"));
}

static json_t *contract(const struct command_run *r)
{
	return show_contract(buf_str(&r->out), r->out.len, NULL, 0);
}

/* ---- exit statuses --------------------------------------------------------------------- */

static void test_complete(void **state)
{
	struct command_run r;
	json_t *doc;

	(void)state;
	assert_int_equal(show_json(&r, config_with(false, NO_ARCHIVES), QUIET), EXIT_COMPLETE);
	assert_int_equal(r.err.len, 0);
	doc = contract(&r);
	assert_string_equal(show_text(doc, "load", "state"), "ok");
	assert_string_equal(show_text(doc, "ocean_events", "state"), "skipped");
	assert_string_equal(json_string_value(json_object_get(json_object_get(doc, "load"), "query")), QUIET);
	json_decref(doc);
	command_release(&r);
}

static void test_incomplete(void **state)
{
	struct command_run r;
	json_t *doc;

	(void)state;
	assert_int_equal(show_json(&r, config_with(false, "signoz " NO_ARCHIVES), BUSY), EXIT_INCOMPLETE);
	doc = contract(&r);
	assert_string_equal(show_text(doc, "logs", "state"), "unavailable");
	assert_string_equal(show_text(doc, "callbacks", "state"), "ok");
	json_decref(doc);
	command_release(&r);
}

static void test_not_found(void **state)
{
	struct command_run r;
	json_t *doc;

	(void)state;
	assert_int_equal(show_json(&r, config_with(false, NO_ARCHIVES), UNKNOWN), EXIT_NOT_FOUND);
	doc = contract(&r);
	assert_string_equal(show_text(doc, "load", "state"), "empty");
	assert_string_equal(show_text(doc, "callbacks", "state"), "skipped");
	json_decref(doc);
	command_release(&r);
}

static void test_no_answer(void **state)
{
	struct command_run r;
	json_t *doc;

	(void)state;
	assert_int_equal(show_json(&r, config_with(false, NO_SOURCE), BUSY), EXIT_NO_ANSWER);
	doc = contract(&r);
	assert_string_equal(show_text(doc, "load", "state"), "unavailable");
	json_decref(doc);
	command_release(&r);
}

static void assert_usage(const char *const *words, const char *said)
{
	struct command_run r;

	if (run(&r, words) != EXIT_USAGE)
		fail_msg("status %d: %s", r.status, buf_str(&r.err));
	assert_int_equal(r.out.len, 0);
	if (!strstr(buf_str(&r.err), said))
		fail_msg("\"%s\" is not in: %s", said, buf_str(&r.err));
	command_release(&r);
}

static void test_usage(void **state)
{
	const char *config = config_with(false, NO_ARCHIVES);

	(void)state;
	assert_usage(WORDS("--config", config, "show"), "needs a load");
	assert_usage(WORDS("--config", config, "show", "1", "2"), "show takes: section NAME, text, json, csv; not '2'");
	assert_usage(WORDS("--config", config, "show", BUSY, "--section", "nonsense"),
		     "no section 'nonsense'; there are: load network creation");
	assert_usage(WORDS("--config", config, "show", BUSY, "--format", "xml"), "text, json or csv");
	assert_usage(WORDS("--config", config, "show", BUSY, "--frob"), "unknown option '--frob'");
	assert_usage(WORDS("--config", config, "show", "   "), "nothing to look for");
	assert_usage(WORDS("--config", config, "show", "a\x1b[31mb"), "control characters");
	assert_usage(WORDS("--config", "/nonexistent/x.yaml", "show", BUSY), "/nonexistent/x.yaml");
	assert_usage(WORDS("config"), "config check");
	assert_usage(WORDS("sources", "frob"), "one word too many");
	assert_usage(WORDS("--config", config, BUSY, ":", "theme", "cvd", ":frob"), "no command 'frob'");
	assert_usage(WORDS("--config", config, BUSY, ":", "so"), "command 'so' may be source, sort, sources");
	assert_usage(WORDS("--config", config, "show", BUSY, ":", "theme", "cvd"), "no screen for ':'");
	/* Verbs open the workbench, for which a pipe is no place; no word of theirs is an option. */
	assert_usage(WORDS("--config", config, "sort", "-time"), "must be a terminal");
	assert_usage(WORDS("--config", config, BUSY, ":filter", "a>=1", ":sort", "-x", "--frob"), "must be a terminal");
}

/* ---- interrupted --------------------------------------------------------------------------- */

static void interrupt_by(int signal)
{
	struct command_run r;
	json_t *doc;

	command_start(&r, home, WORDS("--config", config_with(true, ""), "show", BUSY, "--format", "json"));
	command_wait_err(&r, "network ");
	kill(r.pid, signal);
	command_finish(&r);
	assert_int_equal(r.status, EXIT_INTERRUPTED);
	doc = contract(&r);
	assert_string_equal(show_text(doc, "load", "state"), "ok");
	assert_string_equal(show_text(doc, "carrier_files", "state"), "cancelled");
	json_decref(doc);
	command_release(&r);
}

static void test_interrupted(void **state)
{
	(void)state;
	interrupt_by(SIGINT);
	interrupt_by(SIGTERM);
}

/* `sextant show … | head -0` */
static void test_P54_closed_pipe_is_quiet(void **state)
{
	struct command_run r;

	(void)state;
	command_start(&r, home, WORDS("--config", config_with(false, NO_ARCHIVES), "show", BUSY, "--quiet"));
	command_deaf(&r);
	command_finish(&r);
	assert_int_equal(r.err.len, 0);
	assert_int_equal(r.status, EXIT_COMPLETE);
	command_release(&r);
}

static void says_full(const char *const *words)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct command_run r;

	if (full < 0)
		skip();
	command_start_into(&r, home, words, full);
	command_finish(&r);
	assert_int_equal(r.status, EXIT_INCOMPLETE);
	assert_non_null(strstr(buf_str(&r.err), "cannot write: No space left"));
	command_release(&r);
}

static void test_full_disk_is_said(void **state)
{
	const char *config = config_with(false, NO_ARCHIVES);

	(void)state;
	says_full(WORDS("--config", config, "show", BUSY, "--quiet"));
	says_full(WORDS("--config", config, "sources"));
	says_full(WORDS("--config", config, "doctor"));
	says_full(WORDS("--config", config, "doctor", "--format", "json"));
	says_full(WORDS("--config", config, "config", "check"));
	says_full(WORDS("demo", "--list"));
}

/* ---- formats ---------------------------------------------------------------------------------- */

static void test_chosen_sections(void **state)
{
	static const char *const wanted[] = { "network", "callbacks" };
	struct command_run r;
	json_t *doc;

	(void)state;
	assert_int_equal(run(&r, WORDS("--config", config_with(false, NO_ARCHIVES), "show", BUSY, "--quiet",
				       "--section", "callbacks", "--section", "network", "--format=json")),
			 EXIT_COMPLETE);
	doc = show_contract(buf_str(&r.out), r.out.len, wanted, 2);
	assert_int_equal(json_array_size(json_object_get(show_section(doc, "callbacks"), "rows")), 62);
	json_decref(doc);
	command_release(&r);
}

static void test_every_kind_of_load_keeps_the_contract(void **state)
{
	static const char *const loads[] = {
		BUSY, "S20260102-0087", "730233905", "PO-77120", "698120077", "729388812", "HLXU8120447",
	};
	const char *config = config_with(false, "company ocean");

	(void)state;
	for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
		struct command_run r;

		assert_in_range(show_json(&r, config, loads[i]), EXIT_COMPLETE, EXIT_INCOMPLETE);
		json_decref(contract(&r));
		command_release(&r);
	}
}

static void test_text_and_narration(void **state)
{
	struct command_run r;

	(void)state;
	assert_int_equal(run(&r, WORDS("--config", config_with(false, NO_ARCHIVES), "show", BUSY)),
			 EXIT_COMPLETE);
	assert_non_null(strstr(buf_str(&r.out), "Callbacks  ok  62 rows"));
	assert_non_null(strstr(buf_str(&r.out), "47 failed"));
	assert_null(strstr(buf_str(&r.out), "settled in"));
	assert_non_null(strstr(buf_str(&r.err), "settled in"));
	assert_non_null(strstr(buf_str(&r.err), "callbacks      ok"));
	command_release(&r);
}

static json_t *on_demand_named(json_t *doc, const char *id)
{
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(doc, "on_demand"), i, one) {
		if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
			return one;
	}
	fail_msg("%s is not on demand", id);
	return NULL;
}

static void test_on_demand(void **state)
{
	static const char *const wanted[] = { "similar" };
	struct command_run r;
	const char *config = config_with(false, NO_ARCHIVES);
	json_t *doc;

	(void)state;
	/* Left out, and that is said; in the text once, beside the narration. */
	assert_int_equal(show_json(&r, config, BUSY), EXIT_COMPLETE);
	doc = contract(&r);
	assert_string_equal(json_string_value(json_object_get(on_demand_named(doc, "similar"), "state")), "not_asked");
	json_decref(doc);
	command_release(&r);
	assert_int_equal(run(&r, WORDS("--config", config, "show", BUSY)), EXIT_COMPLETE);
	assert_non_null(strstr(buf_str(&r.out), "\non demand, not asked: ocean_config"));
	assert_null(strstr(buf_str(&r.out), "Similar stuck loads"));
	assert_non_null(strstr(buf_str(&r.err), "on demand, not asked: ocean_config"));
	assert_null(strstr(buf_str(&r.err), "not_asked"));
	command_release(&r);
	assert_int_equal(run(&r, WORDS("--config", config, "show", BUSY, "--section", "similar", "--format", "json", "--quiet")), EXIT_COMPLETE);
	doc = show_contract(buf_str(&r.out), r.out.len, wanted, 1);
	assert_string_equal(show_text(doc, "similar", "state"), "ok");
	assert_string_equal(json_string_value(json_object_get(on_demand_named(doc, "similar"), "state")), "ok");
	json_decref(doc);
	command_release(&r);
	assert_int_equal(run(&r, WORDS("--config", config, "show", BUSY, "--section", "similar", "--format", "csv", "--quiet")), EXIT_COMPLETE);
	assert_non_null(strstr(buf_str(&r.out), "section,what,waiting,loads,share"));
	assert_non_null(strstr(buf_str(&r.out), "\r\nsimilar,last 7 days,"));
	command_release(&r);
	/* About a text: only what takes one. */
	assert_int_equal(run(&r, WORDS("--config", config, "show", BUSY, "--section", "similar", "--about", "x", "--quiet")), EXIT_USAGE);
	assert_non_null(strstr(buf_str(&r.err), "--about is for sections that are asked about something; similar is not"));
	command_release(&r);
	assert_int_equal(run(&r, WORDS("--config", config, "show", BUSY, "--section", "code", "--about", "signature \x1b[31m rejected", "--format", "json", "--quiet")), EXIT_NO_ANSWER);
	doc = show_contract(buf_str(&r.out), r.out.len, (const char *const[]){ "code" }, 1);
	assert_string_equal(show_text(doc, "code", "about"), "signature [31m rejected");
	json_decref(doc);
	command_release(&r);
	/* Once it is asked, that it got no answer counts. */
	config = config_with(false, "redshift " NO_ARCHIVES);
	assert_int_equal(run(&r, WORDS("--config", config, "show", BUSY, "--section", "similar", "--quiet")), EXIT_INCOMPLETE);
	assert_non_null(strstr(buf_str(&r.out), "Similar stuck loads  unavailable"));
	command_release(&r);
}

/* ---- the bundled demonstration --------------------------------------------------------------- */

static void test_demo(void **state)
{
	struct command_run r;
	json_t *doc;

	(void)state;
	assert_int_equal(setenv("SEXTANT_DEMO_DB", fixtures.db_file, 1), 0);
	assert_int_equal(run(&r, WORDS("--demo", "show", "914200377", "--section", "load", "--format", "json")),
			 EXIT_COMPLETE);
	doc = show_contract(buf_str(&r.out), r.out.len, (const char *const[]){ "load" }, 1);
	assert_int_equal(json_array_size(json_object_get(show_section(doc, "load"), "rows")), 1);
	json_decref(doc);
	command_release(&r);
	unsetenv("SEXTANT_DEMO_DB");
	assert_int_equal(run(&r, WORDS("demo", "--list")), 0);
	assert_non_null(strstr(buf_str(&r.out), "S3    726100801       Callback outage"));
	command_release(&r);
}

/* ---- sources, config check ---------------------------------------------------------------------- */

static json_t *source_named(json_t *all, const char *name)
{
	size_t i;
	json_t *s;

	json_array_foreach(all, i, s) {
		if (strcmp(json_string_value(json_object_get(s, "name")), name) == 0)
			return s;
	}
	fail_msg("no source %s", name);
	return NULL;
}

static const char *word(json_t *source, const char *member)
{
	const char *s = json_string_value(json_object_get(source, member));

	return s ? s : "";
}

static void test_sources(void **state)
{
	static const char *const members[] = {
		"name", "kind", "state", "origin", "missing", "ms", "server", "user", "read_only", "rights",
		"skew_ms", "class", "detail",
	};
	char text[900], broken[260];
	struct command_run r;
	json_t *all, *s;
	size_t i;

	(void)state;
	snprintf(broken, sizeof broken, "%s/broken.db", home);
	write_text(broken, "this is no database, whatever its name says; it is only long enough to look at\n");
	snprintf(text, sizeof text, "sources:\n  tracking: { kind: sqlite, path: '%s' }\n"
		 "  rewind: { kind: sqlite, path: '%s' }\n  signoz: { enabled: false }\n",
		 fixtures.db_file, broken);
	assert_int_equal(run(&r, WORDS("--config", config_file(text), "sources", "--format", "json")),
			 EXIT_INCOMPLETE);
	all = json_loadb(r.out.data, r.out.len, 0, NULL);
	assert_int_equal(json_array_size(all), workspace_load.nsources);
	json_array_foreach(all, i, s) {
		assert_int_equal(json_object_size(s), sizeof members / sizeof *members);
		for (size_t m = 0; m < sizeof members / sizeof *members; m++)
			assert_non_null(json_object_get(s, members[m]));
	}
	assert_string_equal(word(source_named(all, "tracking"), "state"), "healthy");
	assert_true(json_is_true(json_object_get(source_named(all, "tracking"), "read_only")));
	assert_string_equal(word(source_named(all, "rewind"), "state"), "unhealthy");
	assert_string_equal(word(source_named(all, "rewind"), "class"), "decode");
	assert_string_equal(word(source_named(all, "signoz"), "state"), "not configured");
	assert_non_null(strstr(word(source_named(all, "signoz"), "missing"), "switched off at test.yaml:4"));
	assert_string_equal(word(source_named(all, "redshift"), "state"), "not configured");
	json_decref(all);
	command_release(&r);
}

static void test_sources_verdicts(void **state)
{
	struct command_run r;

	(void)state;
	assert_int_equal(run(&r, WORDS("--config", config_with(false, NO_ARCHIVES), "sources")), EXIT_COMPLETE);
	assert_non_null(strstr(buf_str(&r.out), "tracking   sqlite     healthy"));
	command_release(&r);
	assert_int_equal(run(&r, WORDS("--config", config_with(false, NO_SOURCE), "sources")), EXIT_NO_ANSWER);
	command_release(&r);
}

static void test_doctor(void **state)
{
	struct command_run r;
	char text[900];
	json_t *all, *s;
	size_t i;

	(void)state;
	snprintf(text, sizeof text, "sources:\n  tracking: { kind: sqlite, path: '%s' }\n"
		 "  redshift: { host: 127.0.0.1, port: 1, user: u, database: d, sslmode: disable, password: { env: HOME } }\n"
		 "  rewind: { host: no-such-host.invalid, user: u }\n", fixtures.db_file);
	assert_int_equal(run(&r, WORDS("--config", config_file(text), "doctor", "--format", "json")), 2);
	all = json_loadb(r.out.data, r.out.len, 0, NULL);
	assert_int_equal(json_array_size(all), workspace_load.nsources);
	json_array_foreach(all, i, s)
		assert_int_equal(json_array_size(json_object_get(s, "steps")),
				 json_is_null(json_object_get(s, "ms")) ? 0 : 4);
	assert_string_equal(word(source_named(all, "tracking"), "state"), "healthy");
	assert_true(json_is_null(json_object_get(source_named(all, "tracking"), "advice")));
	assert_non_null(strstr(word(source_named(all, "redshift"), "advice"), "nothing accepts there"));
	assert_non_null(strstr(word(json_object_get(source_named(all, "redshift"), "settings"), "port"),
			       "test.yaml:3:"));
	assert_non_null(strstr(word(source_named(all, "rewind"), "advice"), "are you on the VPN?"));
	assert_non_null(strstr(word(source_named(all, "rewind"), "detail"), "no-such-host.invalid"));
	json_decref(all);
	command_release(&r);

	assert_int_equal(run(&r, WORDS("--config", config_with(false, NO_ARCHIVES), "doctor")), 0);
	assert_non_null(strstr(buf_str(&r.out), "asked "));
	assert_non_null(strstr(buf_str(&r.out), "  config test.yaml  "));
	assert_non_null(strstr(buf_str(&r.out), " configured sources healthy, "));
	command_release(&r);
	assert_int_equal(run(&r, WORDS("--config", config_with(false, NO_SOURCE), "doctor")), 2);
	command_release(&r);
	assert_usage(WORDS("doctor", "--format", "csv"), "doctor prints text or json");
}

/* Whatever it does and however it fails: no log, no history, no crash file, for anybody. */
static void test_P67_nothing_is_written(void **state)
{
	static const char *const commands[] = { "show", "doctor", "sources", "config" };
	char fresh[] = "/tmp/sextant-fresh-XXXXXX";
	mode_t old = umask(0);
	struct command_run r;

	(void)state;
	assert_non_null(mkdtemp(fresh));
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const char *second = i == 0 ? "726100801" : i == 3 ? "check" : NULL;

		command_run(&r, fresh, (const char *const[]){ commands[i], second, NULL });
		command_release(&r);
		command_run(&r, fresh, (const char *const[]){ "--config", config_with(false, NO_SOURCE), commands[i],
							      second, NULL });
		command_release(&r);
	}
	umask(old);
	/* It goes only when it is empty. */
	assert_int_equal(rmdir(fresh), 0);
}

static void test_config_check(void **state)
{
	char path[300], folder[260];
	struct command_run r;

	(void)state;
	/* Found where XDG says. */
	snprintf(folder, sizeof folder, "%s/sextant", home);
	mkdir(folder, 0700);
	snprintf(path, sizeof path, "%s/config.yaml", folder);
	write_text(path, "sources:\n  redshift:\n    host: db.example.net\n"
		   "    password: { env: SEXTANT_TEST_PASSWORD }\n");
	setenv("SEXTANT_TEST_PASSWORD", "hunter2-canary", 1);
	setenv("SIGNOZ_CLICKHOUSE_HOST", "logs.example.net", 1);
	assert_int_equal(run(&r, WORDS("config", "check")), 0);
	assert_non_null(strstr(buf_str(&r.out), path));
	assert_non_null(strstr(buf_str(&r.out), "db.example.net"));
	assert_non_null(strstr(buf_str(&r.out), "config.yaml:3:11"));
	assert_non_null(strstr(buf_str(&r.out), "SIGNOZ_CLICKHOUSE_HOST"));
	assert_non_null(strstr(buf_str(&r.out), "env:SEXTANT_TEST_PASSWORD, set"));
	assert_null(strstr(buf_str(&r.out), "hunter2"));
	assert_null(strstr(buf_str(&r.err), "hunter2"));
	command_release(&r);
	unsetenv("SEXTANT_TEST_PASSWORD");
	unsetenv("SIGNOZ_CLICKHOUSE_HOST");
	unlink(path);
}

static void test_wrong_configuration(void **state)
{
	(void)state;
	assert_usage(WORDS("--config", config_file("theme: calm\nsources:\n  redshift:\n    hots: x\n"), "config",
			   "check"), "test.yaml:4:5");
	assert_usage(WORDS("--config", config_file("theme: calm\nsourcs: {}\n"), "show", BUSY), "test.yaml:2:1");
	assert_usage(WORDS("--config", config_file("sources:\n  redshift: { host: h, password: hunter2 }\n"),
			   "sources"), "is a secret and must not stand here");
}

static void test_P42_others_may_not_write_it(void **state)
{
	const char *path = config_file("theme: calm\n");

	(void)state;
	assert_int_equal(chmod(path, 0666), 0);
	assert_usage(WORDS("--config", path, "config", "check"), "chmod go-w");
	assert_int_equal(chmod(path, 0600), 0);
}

static void test_P43_secrets_are_refused(void **state)
{
	static const char *const options[] = {
		"--password=hunter2", "--redshift-password=hunter2", "--token=hunter2", "--api-key=hunter2",
		"--secret=hunter2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		struct command_run r;

		assert_int_equal(run(&r, WORDS("show", BUSY, options[i])), EXIT_USAGE);
		assert_non_null(strstr(buf_str(&r.err), "never taken from the command line"));
		assert_non_null(strstr(buf_str(&r.err), "password: { env: NAME }"));
		assert_null(strstr(buf_str(&r.err), "hunter2"));
		command_release(&r);
	}
}

/* ---- set-up --------------------------------------------------------------------------------------- */

static int start(void **state)
{
	struct err e = { 0 };
	char *dir;

	(void)state;
	dir = temp_dir("show", &e);
	if (!dir || !fixtures_init(&fixtures, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	snprintf(home, sizeof home, "%s", dir);
	free(dir);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixtures_release(&fixtures);
	temp_dir_remove(home);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_P54_closed_pipe_is_quiet),
		cmocka_unit_test(test_full_disk_is_said),
		cmocka_unit_test(test_chosen_sections),
		cmocka_unit_test(test_every_kind_of_load_keeps_the_contract),
		cmocka_unit_test(test_text_and_narration),
		cmocka_unit_test(test_on_demand),
		cmocka_unit_test(test_demo),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_sources_verdicts),
		cmocka_unit_test(test_doctor),
		cmocka_unit_test(test_P67_nothing_is_written),
		cmocka_unit_test(test_config_check),
		cmocka_unit_test(test_wrong_configuration),
		cmocka_unit_test(test_P42_others_may_not_write_it),
		cmocka_unit_test(test_P43_secrets_are_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
