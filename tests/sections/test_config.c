/* The configuration, with kinds and a workspace of its own: client_find() below
 * takes the place of the registry's. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/secret.h"
#include "clients/client.h"
#include "sections/config.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- two kinds ------------------------------------------------------------------ */

static const struct setting_def store_settings[] = {
	{ "host", NULL, true, false, "where it is" },
	{ "port", "8123", false, false, "its port" },
	{ "user", NULL, false, false, "who asks" },
	{ "password", NULL, false, true, "of the user" },
	{ NULL, NULL, false, false, NULL },
};

static const struct setting_def api_settings[] = {
	{ "url", NULL, true, false, "its root" },
	{ "secret", NULL, true, true, "signs the requests" },
	{ NULL, NULL, false, false, NULL },
};

static const char *value_of(const struct source *s, const char *key)
{
	for (size_t i = 0; i < s->nsettings; i++)
		if (strcmp(s->settings[i].key, key) == 0)
			return s->settings[i].value;
	return NULL;
}

static const char *origin_of(const struct source *s, const char *key)
{
	for (size_t i = 0; i < s->nsettings; i++)
		if (strcmp(s->settings[i].key, key) == 0)
			return s->settings[i].origin;
	return NULL;
}

static bool store_prepare(struct source *s, struct err *e)
{
	const char *port = value_of(s, "port");

	if (port && strcmp(port, "auto") == 0)
		return err_set(e, ERR_CONFIG, 0, "no password: set sources.%s.password", s->name);
	if (port && strspn(port, "0123456789") != strlen(port))
		return err_set(e, ERR_CONFIG, 0, "%s: port must be a number", s->name);
	snprintf(s->origin, sizeof(s->origin), "http://%s:%s", value_of(s, "host"),
		 port ? port : "8123");
	return true;
}

static bool api_prepare(struct source *s, struct err *e)
{
	(void)e;
	snprintf(s->origin, sizeof(s->origin), "%s", value_of(s, "url"));
	return true;
}

static const struct client_ops store_ops = {
	.kind = "clickhouse", .settings = store_settings, .prepare = store_prepare,
};
static const struct client_ops api_ops = {
	.kind = "rest", .extension = "yaml", .settings = api_settings, .prepare = api_prepare,
};

const struct client_ops *const client_kinds[] = { &store_ops, &api_ops, NULL };

const struct client_ops *client_find(const char *kind)
{
	for (const struct client_ops *const *k = client_kinds; *k; k++)
		if (strcmp((*k)->kind, kind) == 0)
			return *k;
	return NULL;
}

/* ---- a workspace ------------------------------------------------------------------ */

static const struct env_alias logs_env[] = {
	{ "host", { "T_LOGS_HOST", "T_CLICKHOUSE_HOST" } },
	{ "port", { "T_LOGS_PORT" } },
	{ "password", { "T_LOGS_PASSWORD", "T_LOGS_TOKEN" } },
	{ "enabled", { "T_ENABLE_LOGS", "T_USE_LOGS" } },
	{ NULL, { NULL } },
};
static const struct env_alias api_env[] = {
	{ "secret", { "T_API_SECRET" } },
	{ NULL, { NULL } },
};
static const char *const logs_presets[] = { "port=9000", "user=reader", "useless=x", NULL };
static const char *const api_presets[] = { "url=https://api.example.net", NULL };

static const struct source_def sources[] = {
	{ "tracking", "Tracking API", "rest", api_env, api_presets, 6, NULL, NULL },
	{ "logs", "Log store", "clickhouse", logs_env, logs_presets, 0, "30h", NULL },
	{ "archive", "Archives", "dremio", NULL, NULL, 0, NULL, NULL },
};

static const struct workspace workspace = {
	.name = "test", .sources = sources, .nsources = COUNT(sources),
};

static const char *const all_env[] = {
	"T_LOGS_HOST", "T_CLICKHOUSE_HOST", "T_LOGS_PORT", "T_LOGS_PASSWORD", "T_LOGS_TOKEN",
	"T_API_SECRET", "T_ENABLE_LOGS", "T_USE_LOGS",
};

static char home[64];

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(all_env); i++)
		unsetenv(all_env[i]);
	unsetenv("XDG_CONFIG_HOME");
	return setenv("HOME", home, 1);
}

static struct config parsed(const char *text)
{
	struct config c;
	struct err e = { 0 };

	if (!config_parse(&c, &workspace, text, strlen(text), "c.yaml", true, &e))
		fail_msg("%s", e.text);
	return c;
}

static void assert_refused(const char *text, const char *complaint)
{
	struct config c;
	struct err e = { 0 };

	if (config_parse(&c, &workspace, text, strlen(text), "c.yaml", true, &e))
		fail_msg("accepted: %s", text);
	assert_int_equal(e.kind, ERR_CONFIG);
	if (strcmp(e.text, complaint) != 0)
		fail_msg("\nsaid:     %s\nexpected: %s", e.text, complaint);
	assert_null(c.sources);
}

/* ---- parsing ------------------------------------------------------------------------ */

static void test_nothing_set(void **state)
{
	struct config c = parsed("# only words\n");
	struct source *logs = config_source(&c, "logs");

	(void)state;
	assert_int_equal(c.nsources, 3);
	assert_int_equal(c.workers, 8);
	assert_null(c.theme);
	assert_null(c.override_dir);
	assert_true(c.now == TIME_NONE);
	assert_string_equal(c.sources[0].name, "tracking");
	assert_string_equal(c.sources[0].title, "Tracking API");
	assert_int_equal(c.sources[0].lane, 6);
	assert_string_equal(c.sources[0].missing,
			    "no secret: set sources.tracking.secret or T_API_SECRET");
	assert_false(logs->configured);
	assert_string_equal(logs->missing, "no host: set sources.logs.host or T_LOGS_HOST, "
					   "T_CLICKHOUSE_HOST");
	assert_int_equal(logs->lane, 4);
	assert_int_equal(logs->lag, 30 * USEC_HOUR);
	assert_int_equal(logs->timeout, 30 * USEC_SEC);
	assert_string_equal(value_of(logs, "port"), "9000");
	assert_string_equal(origin_of(logs, "port"), "built-in");
	assert_null(value_of(logs, "useless"));
	assert_false(c.sources[2].configured);
	assert_null(c.sources[2].client);
	assert_string_equal(c.sources[2].missing, "no client for kind dremio in this version");
	assert_null(config_source(&c, "nowhere"));
	config_release(&c);
	config_release(&c);
}

static void test_everything_set(void **state)
{
	struct config c = parsed("theme: calm\n"
				 "workers: 3\n"
				 "queries: ~/queries\n"
				 "now: 2026-01-23T14:22:07Z\n"
				 "params:\n"
				 "  ocean_services: mmcuw,multimodal_carrier_updates_worker\n"
				 "sources:\n"
				 "  logs:\n"
				 "    title: Logs here\n"
				 "    host: ch.example.net\n"
				 "    password: { file: ~/secret }\n"
				 "    lane: 2\n"
				 "    lag: 90m\n"
				 "    timeout: 2m\n"
				 "  tracking:\n"
				 "    secret: { command: \"pass show api\" }\n"
				 "    enabled: false\n"
				 "  archive:\n"
				 "    region: eu-central-1\n");
	struct source *logs = config_source(&c, "logs");
	char path[128];

	(void)state;
	assert_string_equal(c.theme, "calm");
	assert_int_equal(c.workers, 3);
	snprintf(path, sizeof(path), "%s/queries", home);
	assert_string_equal(c.override_dir, path);
	assert_true(c.now == INT64_C(1769178127) * USEC_SEC);
	assert_int_equal(c.nparams, 1);
	assert_string_equal(c.params[0].key, "ocean_services");
	assert_string_equal(c.params[0].value, "mmcuw,multimodal_carrier_updates_worker");
	assert_true(logs->configured);
	assert_string_equal(logs->origin, "http://ch.example.net:9000");
	assert_string_equal(logs->title, "Logs here");
	assert_string_equal(origin_of(logs, "host"), "c.yaml:10:11");
	snprintf(path, sizeof(path), "file:%s/secret", home);
	assert_string_equal(value_of(logs, "password"), path);
	assert_int_equal(logs->lane, 2);
	assert_int_equal(logs->lag, 90 * USEC_MIN);
	assert_int_equal(logs->timeout, 2 * USEC_MIN);
	assert_string_equal(value_of(&c.sources[0], "secret"), "command:pass show api");
	assert_false(c.sources[0].configured);
	assert_string_equal(c.sources[0].missing, "switched off at c.yaml:17:14");
	config_release(&c);
}

static void test_aliases(void **state)
{
	struct config c;
	struct source *logs;

	(void)state;
	setenv("T_LOGS_HOST", "", 1);
	setenv("T_CLICKHOUSE_HOST", "second.example.net", 1);
	setenv("T_LOGS_PORT", "9440", 1);
	setenv("T_LOGS_TOKEN", "canary", 1);
	c = parsed("");
	logs = config_source(&c, "logs");
	assert_true(logs->configured);
	assert_string_equal(value_of(logs, "host"), "second.example.net");
	assert_string_equal(origin_of(logs, "host"), "T_CLICKHOUSE_HOST");
	assert_string_equal(origin_of(logs, "port"), "T_LOGS_PORT");
	assert_string_equal(value_of(logs, "password"), "env:T_LOGS_TOKEN");
	assert_string_equal(logs->origin, "http://second.example.net:9440");
	config_release(&c);

	/* The first that is there wins; the file wins over all. */
	setenv("T_LOGS_HOST", "first.example.net", 1);
	c = parsed("sources: { logs: { port: 1 } }");
	logs = config_source(&c, "logs");
	assert_string_equal(value_of(logs, "host"), "first.example.net");
	assert_string_equal(value_of(logs, "port"), "1");
	assert_string_equal(origin_of(logs, "port"), "c.yaml:1:26");
	config_release(&c);

	/* The demonstration takes nothing from the environment, and does not name it. */
	assert_true(config_parse(&c, &workspace, "", 0, "demo", false, NULL));
	logs = config_source(&c, "logs");
	assert_false(logs->configured);
	assert_string_equal(logs->missing, "no host: set sources.logs.host");
	config_release(&c);
}

/* The environment may switch a source off, as other tools have it; the file wins. */
static void test_switches_of_the_environment(void **state)
{
	static const struct { const char *name, *value, *file; bool on; } cases[] = {
		{ "T_ENABLE_LOGS", "false", "{ host: h }", false }, { "T_USE_LOGS", "0", "{ host: h }", false },
		{ "T_ENABLE_LOGS", "No", "{ host: h }", false },    { "T_ENABLE_LOGS", "true", "{ host: h }", true },
		{ "T_ENABLE_LOGS", "", "{ host: h }", true },       { "T_ENABLE_LOGS", "perhaps", "{ host: h }", true },
		{ "T_ENABLE_LOGS", "false", "{ host: h, enabled: true }", true },
		{ "T_ENABLE_LOGS", "true", "{ host: h, enabled: false }", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[100];
		struct config c;
		struct source *logs;

		set_up(NULL);
		setenv(cases[i].name, cases[i].value, 1);
		snprintf(text, sizeof(text), "sources: { logs: %s }", cases[i].file);
		c = parsed(text);
		logs = config_source(&c, "logs");
		if (logs->configured != cases[i].on)
			fail_msg("case %zu: %s", i, logs->missing);
		config_release(&c);
	}
	set_up(NULL);
	setenv("T_USE_LOGS", "off", 1);
	struct config c = parsed("sources: { logs: { host: h } }");

	assert_string_equal(config_source(&c, "logs")->missing, "switched off by T_USE_LOGS in the environment");
	config_release(&c);
}

static void test_wrong_values(void **state)
{
	struct config c;

	(void)state;
	/* What the file says must be right. */
	assert_refused("sources:\n  logs:\n    host: h\n    port: http\n",
		       "c.yaml:3:5: logs: port must be a number");
	/* What it does not say may come later. */
	c = parsed("sources: { logs: { host: h, port: auto } }");
	assert_false(config_source(&c, "logs")->configured);
	assert_string_equal(config_source(&c, "logs")->missing,
			    "no password: set sources.logs.password or T_LOGS_PASSWORD, T_LOGS_TOKEN");
	config_release(&c);
	/* A wrong environment takes away one source, not all. */
	setenv("T_LOGS_HOST", "h", 1);
	setenv("T_LOGS_PORT", "http", 1);
	c = parsed("");
	assert_false(config_source(&c, "logs")->configured);
	assert_string_equal(config_source(&c, "logs")->missing, "logs: port must be a number");
	config_release(&c);
}

static void test_switched_kind(void **state)
{
	struct config c;
	struct source *s;

	(void)state;
	setenv("T_API_SECRET", "canary", 1);
	c = parsed("sources: { tracking: { kind: clickhouse, host: h }, logs: { kind: dremio } }");
	s = config_source(&c, "tracking");
	assert_true(s->configured);
	assert_ptr_equal(s->client, &store_ops);
	assert_int_equal(s->nsettings, 1);
	assert_string_equal(config_source(&c, "logs")->missing,
			    "no client for kind dremio in this version");
	config_release(&c);
}

static void test_P41_refusals(void **state)
{
	static const struct { const char *text, *complaint; } table[] = {
		{ "- a\n- b\n", "c.yaml:1:1: expected keys and values" },
		{ "zones: Europe/Amsterdam\n", "c.yaml:1:8: \"zones\" is a list of at most 8 names" },
		{ "zones: [Nowhere/Town]\n", "c.yaml:1:9: no zone 'Nowhere/Town' below /usr/share/zoneinfo/ "
		  "(package tzdata)" },
		{ "zones: [../shadow]\n", "c.yaml:1:9: '../shadow' cannot be the name of a zone (as "
		  "Europe/Amsterdam is)" },
		{ "zones: [[a]]\n", "c.yaml:1:9: a zone is a name" },
		{ "thme: calm\n", "c.yaml:1:1: unknown key \"thme\"; known: theme, workers, "
				  "queries, now, params, zones, vault, aws, telemetry, sources" },
		{ "theme: calm\ntheme: mono\n",
		  "c.yaml:2:1: duplicate key \"theme\", first at c.yaml:1:1" },
		{ "theme: ../x\n", "c.yaml:1:8: \"../x\" cannot be the name of a theme" },
		{ "theme: [a]\n", "c.yaml:1:8: \"theme\" must be a single value" },
		{ "theme:\n", "c.yaml:1:1: \"theme\" is empty; give a value or remove the line" },
		{ "workers: many\n", "c.yaml:1:10: expected a whole number from 1 to 64" },
		{ "workers: 0\n", "c.yaml:1:10: expected a whole number from 1 to 64" },
		{ "queries: here\n", "c.yaml:1:10: the path must be absolute or begin with ~/" },
		{ "queries: /dev/null\n", "c.yaml:1:10: /dev/null: is not a folder" },
		{ "queries: /not/there\n", "c.yaml:1:10: /not/there: No such file or directory" },
		{ "now: soon\n",
		  "c.yaml:1:6: \"now\" must be a time like 2026-01-23T14:22:07Z" },
		{ "params: x\n", "c.yaml:1:9: \"params\" must be a map of names to values" },
		{ "params: { Bad: x }\n",
		  "c.yaml:1:11: \"Bad\" cannot be the name of a parameter" },
		{ "params: { a: [x] }\n", "c.yaml:1:14: \"a\" must be a single value" },
		{ "sources: []\n", "c.yaml:1:10: \"sources\" must be a map of source names" },
		{ "sources:\n  lgs: {}\n",
		  "c.yaml:2:3: unknown source \"lgs\"; known: tracking, logs, archive" },
		{ "sources:\n  logs: 5\n", "c.yaml:2:9: \"logs\" must be a map of settings" },
		{ "sources: { logs: { hots: h } }\n",
		  "c.yaml:1:20: a source of kind clickhouse has no setting \"hots\"; known: host, "
		  "port, user, password, kind, title, lane, lag, timeout, enabled" },
		{ "sources: { logs: { kind: rest, host: h } }\n",
		  "c.yaml:1:32: a source of kind rest has no setting \"host\"; known: url, secret, "
		  "kind, title, lane, lag, timeout, enabled" },
		{ "sources: { logs: { kind: click } }\n",
		  "c.yaml:1:26: unknown kind \"click\"; known: clickhouse, rest" },
		{ "sources: { logs: { host: [h] } }\n",
		  "c.yaml:1:26: \"host\" must be a single value" },
		{ "sources: { logs: { host: \"\" } }\n",
		  "c.yaml:1:27: \"host\" is empty; give a value or remove the line" },
		{ "sources: { logs: { lane: 65 } }\n",
		  "c.yaml:1:26: expected a whole number from 1 to 64" },
		{ "sources: { logs: { enabled: no } }\n", "c.yaml:1:29: expected true or false" },
		{ "sources: { logs: { lag: 30 } }\n",
		  "c.yaml:1:25: \"lag\" must be a number with ms, s, m, h or d, like 90s or 30h" },
		{ "sources: { logs: { lag: -3h } }\n",
		  "c.yaml:1:25: \"lag\" must be a number with ms, s, m, h or d, like 90s or 30h" },
		{ "sources: { logs: { timeout: 10ms } }\n",
		  "c.yaml:1:29: \"timeout\" must be from 1s to 15m" },
		{ "sources: { logs: { password: { env: \"A B\" } } }\n",
		  "c.yaml:1:38: \"env\" must name an environment variable" },
		{ "sources: { logs: { password: { file: rel } } }\n",
		  "c.yaml:1:38: the path must be absolute or begin with ~/" },
		{ "theme: \xff\n", "c.yaml: is not valid UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_refused(table[i].text, table[i].complaint);
}

/* However a secret is written down, the complaint explains and does not repeat it. */
static void test_secrets_in_the_file(void **state)
{
	static const char *const forms[] = {
		"canary", "[ canary ]", "{ value: canary }", "{ env: A, file: canary }",
		"{ canary: x }",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct config c;
		struct err e = { 0 };
		char text[128];
		int n = snprintf(text, sizeof(text), "sources:\n  logs:\n    password: %s\n",
				 forms[i]);

		assert_false(config_parse(&c, &workspace, text, (size_t)n, "c.yaml", true, &e));
		assert_null(strstr(e.text, "canary"));
		assert_int_equal(strncmp(e.text, "c.yaml:3:15: \"password\" is a secret", 35), 0);
		assert_non_null(strstr(e.text, "{ env: NAME }"));
		assert_non_null(strstr(e.text, "{ file: PATH }"));
		assert_non_null(strstr(e.text, "{ command: \"PROG ARG\" }"));
	}
}

static void test_P41_crlf(void **state)
{
	struct config c = parsed("theme: calm\r\nsources:\r\n  logs:\r\n    host: h\r\n");

	(void)state;
	assert_string_equal(c.theme, "calm");
	assert_string_equal(value_of(config_source(&c, "logs"), "host"), "h");
	config_release(&c);
}

/* ---- the description ------------------------------------------------------------------ */

static void test_describe(void **state)
{
	struct buf out = BUF_INIT;
	struct config c;

	(void)state;
	setenv("T_LOGS_HOST", "ch.example.net\033[31m", 1);
	setenv("T_LOGS_PASSWORD", "canary", 1);
	c = parsed("theme: mono\n"
		   "now: 2026-01-23T14:22:07Z\n"
		   "params: { a: x, b: y }\n"
		   "sources:\n"
		   "  logs: { user: me }\n"
		   "  tracking: { secret: { command: \"pass canary\" } }\n");
	free(c.path);
	c.path = strdup("/home/x/c.yaml");
	config_describe(&c, &out);
	assert_string_equal(
		buf_str(&out),
		"file     /home/x/c.yaml\n"
		"theme    mono\n"
		"now      2026-01-23T14:22:07Z\n"
		"params   a = x\n"
		"         b = y\n"
		"\n"
		"tracking  rest        configured      https://api.example.net\n"
		"  url     https://api.example.net       built-in\n"
		"  secret  (secret from command:pass …)  c.yaml:6:23\n"
		"\n"
		"logs      clickhouse  configured      http://ch.example.net<1B>[31m:9000, 30h behind\n"
		"  host      ch.example.net<1B>[31m                  T_LOGS_HOST\n"
		"  port      9000                                    built-in\n"
		"  user      me                                      c.yaml:5:17\n"
		"  password  (secret from env:T_LOGS_PASSWORD, set)  T_LOGS_PASSWORD\n"
		"\n"
		"archive   -           not configured  no client for kind dremio in this version\n");
	buf_release(&out);
	config_release(&c);
}

static void test_describe_defaults(void **state)
{
	struct buf out = BUF_INIT;
	struct config c = parsed("sources: { tracking: { kind: clickhouse, password: { env: T_X } } }");

	(void)state;
	c.exists = false;
	config_describe(&c, &out);
	assert_non_null(strstr(buf_str(&out), "\n         (not there: "));
	assert_non_null(strstr(buf_str(&out),
			       "tracking  clickhouse  not configured  no host: set "
			       "sources.tracking.host\n"
			       "  port      8123                            default\n"
			       "  password  (secret from env:T_X, not set)  c.yaml:1:52\n"));
	buf_release(&out);
	config_release(&c);
}

/* ---- files ---------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void in_home(char *out, size_t size, const char *path)
{
	snprintf(out, size, "%s/%s", home, path);
}

static void assert_load_refused(const char *path, const char *complaint)
{
	struct config c;
	struct err e = { 0 };

	assert_false(config_load(&c, &workspace, path, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, complaint))
		fail_msg("said: %s; expected: %s", e.text, complaint);
}

static void test_default_place(void **state)
{
	char path[128], dir[128];
	struct config c;

	(void)state;
	assert_true(config_load(&c, &workspace, NULL, NULL));
	assert_false(c.exists);
	in_home(path, sizeof(path), ".config/sextant/config.yaml");
	assert_string_equal(c.path, path);
	config_release(&c);

	in_home(dir, sizeof(dir), "xdg");
	setenv("XDG_CONFIG_HOME", dir, 1);
	assert_int_equal(mkdir(dir, 0700), 0);
	in_home(dir, sizeof(dir), "xdg/sextant");
	assert_int_equal(mkdir(dir, 0700), 0);
	in_home(path, sizeof(path), "xdg/sextant/config.yaml");
	write_file(path, "theme: mono\n", 0644);
	assert_true(config_load(&c, &workspace, NULL, NULL));
	assert_true(c.exists);
	assert_string_equal(c.path, path);
	assert_string_equal(c.theme, "mono");
	config_release(&c);

	/* Whatever it calls a secret is out of the environment from then on. */
	setenv("T_NAMED_BY_THE_FILE", "canary", 1);
	setenv("T_TOLD_TO_A_COLLECTOR", "canary too", 1);
	write_file(path, "sources: { logs: { host: h, password: { env: T_NAMED_BY_THE_FILE } } }\n"
			 "telemetry: { headers: { x-key: { env: T_TOLD_TO_A_COLLECTOR } } }\n", 0600);
	assert_true(config_load(&c, &workspace, NULL, NULL));
	assert_null(getenv("T_NAMED_BY_THE_FILE"));
	assert_null(getenv("T_TOLD_TO_A_COLLECTOR"));
	assert_string_equal(secret_env("T_NAMED_BY_THE_FILE"), "canary");
	config_release(&c);

	setenv("XDG_CONFIG_HOME", "relative", 1);
	assert_true(config_load(&c, &workspace, NULL, NULL));
	assert_false(c.exists);
	config_release(&c);
}

static void test_P42_hostile_files(void **state)
{
	char path[128], other[128], chmod_hint[256];
	char *big = malloc((1 << 20) + 2);

	(void)state;
	in_home(path, sizeof(path), "f.yaml");
	assert_load_refused(path, "no such file");

	write_file(path, "theme: calm\n", 0664);
	snprintf(chmod_hint, sizeof(chmod_hint), "run: chmod go-w %s", path);
	assert_load_refused(path, chmod_hint);
	write_file(path, "theme: calm\n", 0602);
	assert_load_refused(path, chmod_hint);

	in_home(other, sizeof(other), "link.yaml");
	assert_int_equal(symlink(path, other), 0);
	assert_load_refused(other, "symbolic link");
	in_home(other, sizeof(other), "fifo.yaml");
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_load_refused(other, "not a regular file");
	assert_load_refused(home, "not a regular file");

	assert_non_null(big);
	memset(big, '#', (1 << 20) + 1);
	big[(1 << 20) + 1] = '\0';
	write_file(path, big, 0600);
	assert_load_refused(path, "over 1 MiB");
	free(big);

	if (geteuid() == 0) {
		write_file(path, "theme: calm\n", 0600);
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_load_refused(path, "belongs to another user");
		assert_int_equal(chown(path, 0, 0), 0);
	}
}

/* ---- queries ---------------------------------------------------------------------------- */

static void test_override_dir(void **state)
{
	struct config c = parsed("queries: ~/queries\nsources: { logs: { host: h } }");
	const struct source *logs = config_source(&c, "logs");
	const struct source *tracking = config_source(&c, "tracking");
	struct err e = { 0 };
	char path[128], *text;

	(void)state;
	in_home(path, sizeof(path), "queries/clickhouse");
	assert_int_equal(mkdir(path, 0700), 0);
	in_home(path, sizeof(path), "queries/clickhouse/logs");
	assert_int_equal(mkdir(path, 0700), 0);
	in_home(path, sizeof(path), "queries/rest");
	assert_int_equal(mkdir(path, 0700), 0);

	assert_null(query_text(&c, logs, "only_here", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_string_equal(e.text, "logs: no query \"only_here\" for kind clickhouse");

	in_home(path, sizeof(path), "queries/clickhouse/only_here.sql");
	write_file(path, "SELECT 1\n", 0600);
	text = query_text(&c, logs, "only_here", &e);
	assert_string_equal(text, "SELECT 1\n");
	free(text);

	in_home(path, sizeof(path), "queries/clickhouse/logs/only_here.sql");
	write_file(path, "SELECT 2\n", 0600);
	text = query_text(&c, logs, "only_here", &e);
	assert_string_equal(text, "SELECT 2\n");
	free(text);

	/* One that others may write is not used, nor is another in its place. */
	write_file(path, "SELECT 3\n", 0666);
	assert_null(query_text(&c, logs, "only_here", &e));
	assert_non_null(strstr(e.text, "chmod go-w"));

	in_home(path, sizeof(path), "queries/rest/only_here.yaml");
	write_file(path, "path: /x\n", 0600);
	text = query_text(&c, tracking, "only_here", &e);
	assert_string_equal(text, "path: /x\n");
	free(text);

	assert_null(query_text(&c, config_source(&c, "archive"), "only_here", &e));
	assert_string_equal(e.text, "archive: no client for kind dremio in this version");
	config_release(&c);
}

/* Every built-in text is found by the path that it has. */
static void test_built_in(void **state)
{
	struct config c = parsed("sources: { logs: { host: h } }");
	const struct source *logs = config_source(&c, "logs");
	const char prefix[] = "sections/queries/clickhouse/";

	(void)state;
	for (const struct embedded *f = embedded_files; f->path; f++) {
		char name[64], *text;

		assert_ptr_equal(embedded_find(f->path), f);
		if (strncmp(f->path, prefix, strlen(prefix)) != 0 ||
		    strchr(f->path + strlen(prefix), '/'))
			continue;
		snprintf(name, sizeof(name), "%s", f->path + strlen(prefix));
		*strrchr(name, '.') = '\0';
		text = query_text(&c, logs, name, NULL);
		assert_non_null(text);
		assert_int_equal(strlen(text), f->len);
		assert_memory_equal(text, f->data, f->len);
		free(text);
	}
	assert_null(embedded_find("sections/queries/clickhouse"));
	config_release(&c);
}

static int make_home(void **state)
{
	char dir[128];

	(void)state;
	snprintf(home, sizeof(home), "/tmp/sextant-test-XXXXXX");
	if (!mkdtemp(home))
		return -1;
	in_home(dir, sizeof(dir), "queries");
	return mkdir(dir, 0700);
}

static int remove_home(void **state)
{
	static const char *const made[] = {
		"queries/clickhouse/logs/only_here.sql", "queries/clickhouse/only_here.sql",
		"queries/rest/only_here.yaml", "queries/clickhouse/logs", "queries/clickhouse",
		"queries/rest", "queries", "xdg/sextant/config.yaml", "xdg/sextant", "xdg",
		"f.yaml", "link.yaml", "fifo.yaml",
	};
	char path[128];

	(void)state;
	for (size_t i = 0; i < COUNT(made); i++) {
		in_home(path, sizeof(path), made[i]);
		remove(path);
	}
	return rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_set, set_up),
		cmocka_unit_test_setup(test_everything_set, set_up),
		cmocka_unit_test_setup(test_aliases, set_up),
		cmocka_unit_test(test_switches_of_the_environment),
		cmocka_unit_test_setup(test_wrong_values, set_up),
		cmocka_unit_test_setup(test_switched_kind, set_up),
		cmocka_unit_test_setup(test_P41_refusals, set_up),
		cmocka_unit_test_setup(test_secrets_in_the_file, set_up),
		cmocka_unit_test_setup(test_P41_crlf, set_up),
		cmocka_unit_test_setup(test_describe, set_up),
		cmocka_unit_test_setup(test_describe_defaults, set_up),
		cmocka_unit_test_setup(test_default_place, set_up),
		cmocka_unit_test_setup(test_P42_hostile_files, set_up),
		cmocka_unit_test_setup(test_override_dir, set_up),
		cmocka_unit_test_setup(test_built_in, set_up),
	};

	return cmocka_run_group_tests(tests, make_home, remove_home);
}
