/* Secrets of stores as the program uses them: lent for as long as it runs, replaced while
 * it runs, and in none of what it says. A real PostgreSQL is asked with what the fake of
 * Vault gives. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "clients/secrets.h"
#include "sections/engine.h"
#include "tests/support/client_fixture.h"
#include "tests/support/command_run.h"
#include "tests/support/postgres_server.h"
#include "tests/support/process.h"
#include "tests/support/stub_server.h"
#include "tests/support/vault_fake.h"

#define FIRST "canary first"
#define NEXT  "canary next"

static struct postgres_server server;

static void sql(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void sql(const char *fmt, ...)
{
	struct err e = { 0 };
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!postgres_exec(&server, text, &e))
		fprintf(stderr, "%s: %s\n", text, e.text);
}

/* It answers slowly, once it has lent something. */
static struct vault_fake *tiring;

static void grant(void *ctx, const char *user, const char *password)
{
	(void)ctx;
	if (tiring)
		vault_fake_slow(tiring, 600000);
	sql("CREATE ROLE \"%s\" LOGIN PASSWORD '%s' IN ROLE analyst", user, password);
}

static void drop(void *ctx, const char *user)
{
	(void)ctx;
	sql("DROP ROLE IF EXISTS \"%s\"", user);
}

struct fixture {
	struct vault_fake *vault;
	struct buf text;
	struct config config;
	struct engine *engine;
	size_t source;
	struct err e;
};

static void write_config(struct fixture *f, const char *password)
{
	buf_clear(&f->text);
	buf_printf(&f->text, "vault:\n  url: http://127.0.0.1:%u\n  token: { env: TEST_TOKEN }\n"
		   "sources:\n  redshift:\n    host: 127.0.0.1\n    port: %u\n    database: postgres\n"
		   "    sslmode: disable\n    password: %s\n", vault_fake_port(f->vault), server.port, password);
}

static void begin(struct fixture *f, const char *password)
{
	const struct vault_fake_options options = { .grant = grant, .drop = drop };

	*f = (struct fixture){ .engine = NULL };
	f->vault = vault_fake_start(&options, &f->e);
	if (!f->vault)
		fail_msg("%s", f->e.text);
	vault_fake_put(f->vault, "secret/data/redshift", "{\"username\":\"analyst\",\"password\":\"" FIRST "\"}");
	sql("ALTER ROLE analyst PASSWORD '" FIRST "'");
	write_config(f, password);
}

static void start_engine(struct fixture *f)
{
	if (!config_parse(&f->config, &workspace_load, buf_str(&f->text), f->text.len, "c.yaml", false, &f->e))
		fail_msg("%s", f->e.text);
	f->engine = engine_new(&f->config, &workspace_load, &clock_system, &f->e);
	assert_non_null(f->engine);
	while (strcmp(engine_source(f->engine, f->source)->source->name, "redshift") != 0)
		f->source++;
}

static void end(struct fixture *f)
{
	if (f->engine) {
		assert_true(engine_free(f->engine, 10 * USEC_SEC));
		config_release(&f->config);
	}
	assert_string_equal(vault_fake_complaint(f->vault), "");
	vault_fake_stop(f->vault);
	buf_release(&f->text);
}

static const struct source_status *check(struct fixture *f)
{
	struct pollfd fd = { engine_fd(f->engine), POLLIN, 0 };

	engine_check(f->engine, f->source);
	do {
		engine_tick(f->engine, NULL);
		if (!engine_source(f->engine, f->source)->checking)
			break;
		poll(&fd, 1, 1000);
	} while (true);
	return engine_source(f->engine, f->source);
}

static const struct source_status *healthy(struct fixture *f, const char *user)
{
	const struct source_status *st = check(f);

	if (!st->healthy)
		fail_msg("%s", st->check_err.text);
	assert_string_equal(st->health.user, user);
	return st;
}

/* Connections that are open would hide what has changed. */
static void disconnect(void)
{
	sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> 'admin'");
	assert_true(postgres_wait(&server, "SELECT count(*) FROM pg_stat_activity WHERE usename <> 'admin'", "0"));
}

/* ---- an engine ------------------------------------------------------------------------- */

static void a_user_is_lent_while_the_engine_lives(void **state)
{
	struct fixture f;
	const struct source_status *st;

	(void)state;
	begin(&f, "{ vault_db: database/creds/reader }");
	start_engine(&f);
	st = healthy(&f, "v-reader-0");
	assert_string_equal(st->reach.steps[REACH_SECRET].text, "found: password (vault_db:database/creds/reader)");
	assert_int_equal(vault_fake_live(f.vault), 1);
	assert_true(engine_free(f.engine, 10 * USEC_SEC));
	f.engine = NULL;
	config_release(&f.config);
	assert_int_equal(vault_fake_live(f.vault), 0);
	assert_true(postgres_wait(&server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'v-%'", "0"));
	end(&f);
}

static void a_rotated_password_needs_no_restart(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "{ vault: secret/data/redshift#password }");
	start_engine(&f);
	healthy(&f, "analyst");
	assert_int_equal(vault_fake_count(f.vault, "secret/"), 1);
	vault_fake_put(f.vault, "secret/data/redshift", "{\"username\":\"analyst\",\"password\":\"" NEXT "\"}");
	sql("ALTER ROLE analyst PASSWORD '" NEXT "'");
	disconnect();
	healthy(&f, "analyst");
	assert_int_equal(vault_fake_count(f.vault, "secret/"), 2);
	end(&f);
}

static void test_P25_a_wrong_password_is_tried_once(void **state)
{
	const struct source_status *st;
	struct fixture f;

	(void)state;
	begin(&f, "{ vault: secret/data/redshift#password }");
	sql("ALTER ROLE analyst PASSWORD '" NEXT "'");
	start_engine(&f);
	st = check(&f);
	assert_false(st->healthy);
	assert_int_equal(st->check_err.kind, ERR_AUTH);
	if (!strstr(st->check_err.text, "; its store has no other credentials") || strstr(st->check_err.text, "canary"))
		fail_msg("%s", st->check_err.text);
	assert_int_equal(st->breaker, BREAKER_LOCKED);
	assert_int_equal(vault_fake_count(f.vault, "secret/"), 2);
	end(&f);
}

/* ---- the configuration ------------------------------------------------------------------- */

static void refused(const char *text, const char *words)
{
	struct config c;
	struct err e = { 0 };

	if (config_parse(&c, &workspace_load, text, strlen(text), "c.yaml", false, &e))
		fail_msg("accepted: %s", text);
	if (!strstr(e.text, words))
		fail_msg("%s", e.text);
}

static void mistakes_are_named(void **state)
{
	(void)state;
	refused("vault: { url: \"https://v\", tokn: { env: X } }", "c.yaml:1:28: vault has no setting \"tokn\"; known: url, ");
	refused("vault: { url: \"http://v.example.net\" }", "vault: url: credentials are not sent over plain http");
	refused("vault: { url: \"https://v\", token: { vault: \"a/b#c\" } }", "\"token\" is a secret and must not stand here");
	refused("vault: { url: \"https://v\", lane: 4 }", "vault has no setting \"lane\"");
	refused("aws: { region: nowhere! }", "the region \"nowhere!\"");
	refused("vault: x", "\"vault\" must be a map of settings");
	refused("sources: { redshift: { password: { vault: \"secret/data/x\" } } }", "\"vault\": the field is missing: PATH#FIELD");
	refused("sources: { redshift: { password: { vault_db: \"/x\" } } }", "\"vault_db\": the path begins with the mount");
	refused("sources: { redshift: { password: { vault_token: \"\" } } }", "\"password\" is a secret");
	refused("sources: { redshift: { host: h, iam: cluster, region: us-east-1, cluster_id: c, password: { env: X } } }",
		"redshift: iam and password exclude each other");
}

static void a_store_that_is_missed_is_named(void **state)
{
	static const char text[] =
		"sources:\n"
		"  redshift: { host: h, password: { vault: \"secret/data/x#y\" } }\n"
		"  signoz: { host: h, password: { secretsmanager: x } }\n";
	struct config c;
	struct err e = { 0 };

	(void)state;
	if (!config_parse(&c, &workspace_load, text, strlen(text), "c.yaml", false, &e))
		fail_msg("%s", e.text);
	assert_false(config_source(&c, "redshift")->configured);
	assert_string_equal(config_source(&c, "redshift")->missing, "its password is in HashiCorp Vault: no url: set vault.url");
	assert_string_equal(config_source(&c, "signoz")->missing, "its password is in AWS: no region: set aws.region");
	config_release(&c);
}

/* ---- the program ------------------------------------------------------------------------- */

static const char *config_file(const char *home, const struct fixture *f)
{
	static char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/config.yaml", home);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(buf_str(&f->text), file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void says(const char *home, const char *const *words, const char *wanted)
{
	struct command_run r;

	command_run(&r, home, words);
	if (!strstr(buf_str(&r.out), wanted))
		fail_msg("%s%s", buf_str(&r.out), buf_str(&r.err));
	if (strstr(buf_str(&r.out), "canary") || strstr(buf_str(&r.err), "canary"))
		fail_msg("a secret: %s%s", buf_str(&r.out), buf_str(&r.err));
	command_release(&r);
}

static void no_secret_is_said(void **state)
{
	struct err e = { 0 };
	char *home = temp_dir("secrets", &e);
	struct fixture f;
	const char *config;

	(void)state;
	assert_non_null(home);
	begin(&f, "{ vault: secret/data/redshift#password }");
	config = config_file(home, &f);
	says(home, (const char *const[]){ "--config", config, "config", "check", NULL },
	     "(secret from vault:secret/data/redshift#password)");
	assert_int_equal(vault_fake_count(f.vault, ""), 0);
	says(home, (const char *const[]){ "--config", config, "doctor", NULL },
	     "secret found: password (vault:secret/data/redshift#password)");
	says(home, (const char *const[]){ "--config", config, "doctor", "--format", "json", NULL },
	     "found: password (vault:secret/data/redshift#password)");
	write_config(&f, "{ vault_db: database/creds/reader }");
	config = config_file(home, &f);
	says(home, (const char *const[]){ "--config", config, "doctor", NULL },
	     "secret found: password (vault_db:database/creds/reader)");
	assert_int_equal(vault_fake_leases(f.vault), 1);
	assert_int_equal(vault_fake_live(f.vault), 0);
	vault_fake_deny(f.vault, "database/");
	says(home, (const char *const[]){ "--config", config, "doctor", NULL },
	     "its password: vault: database/creds/reader is not allowed");
	temp_dir_remove(home);
	free(home);
	end(&f);
}

/* A stub_answer_fn: another source keeps the program waiting. */
static void never(void *ctx, const struct stub_call *call, struct stub_reply *reply)
{
	(void)ctx;
	(void)call;
	reply->hang = true;
}

/* Whatever ends the program, what it was lent is given back first. */
static void a_signal_gives_leases_back(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct err e = { 0 };
	char *home = temp_dir("secrets", &e);

	(void)state;
	assert_non_null(home);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct stub_server *silent = stub_start(never, NULL);
		struct command_run r;
		struct fixture f;

		begin(&f, "{ vault_db: database/creds/reader }");
		buf_printf(&f.text, "  tracking: { url: 'http://127.0.0.1:%u', auth: none }\n", stub_port(silent));
		command_start(&r, home, (const char *const[]){ "--config", config_file(home, &f), "doctor", NULL });
		assert_true(postgres_wait(&server, "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename LIKE 'v-%'", "t"));
		assert_int_equal(kill(r.pid, signals[i]), 0);
		command_finish(&r);
		assert_int_equal(r.status, EXIT_INTERRUPTED);
		assert_int_equal(vault_fake_leases(f.vault), 1);
		/* On a busy machine it may still be at it. */
		assert_true(vault_fake_wait(f.vault, "sys/leases/revoke", 1));
		assert_true(postgres_wait(&server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'v-%'", "0"));
		command_release(&r);
		stub_stop(silent);
		end(&f);
	}
	temp_dir_remove(home);
	free(home);
}

/* A store that does not answer keeps nobody from leaving: the lease ends by itself. */
static void leaving_does_not_wait_for_a_store(void **state)
{
	struct err e = { 0 };
	char *home = temp_dir("secrets", &e);
	struct command_run r;
	struct fixture f;

	(void)state;
	assert_non_null(home);
	begin(&f, "{ vault_db: database/creds/reader }");
	tiring = f.vault;
	vault_fake_slow(f.vault, 0);
	command_run(&r, home, (const char *const[]){ "--config", config_file(home, &f), "doctor", NULL });
	assert_int_equal(vault_fake_leases(f.vault), 1);
	tiring = NULL;
	assert_non_null(strstr(buf_str(&r.out), "postgres   healthy"));
	/* ThreadSanitizer minds the thread that is left behind; no signal ended it. */
	assert_true(r.status < 128);
	assert_int_equal(vault_fake_live(f.vault), 1);
	command_release(&r);
	temp_dir_remove(home);
	free(home);
	vault_fake_slow(f.vault, 0);
	sql("DROP ROLE IF EXISTS \"v-reader-0\"");
	end(&f);
}

static int start(void **state)
{
	struct err e = { 0 };

	setenv("TEST_TOKEN", VAULT_FAKE_TOKEN, 1);
	clients_start(state);
	if (postgres_start(&server, &e))
		return 0;
	fprintf(stderr, "%s\n", e.text);
	return -1;
}

static int stop(void **state)
{
	postgres_stop(&server);
	return clients_stop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_is_lent_while_the_engine_lives),
		cmocka_unit_test(a_rotated_password_needs_no_restart),
		cmocka_unit_test(test_P25_a_wrong_password_is_tried_once),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_store_that_is_missed_is_named),
		cmocka_unit_test(no_secret_is_said),
		cmocka_unit_test(a_signal_gives_leases_back),
		cmocka_unit_test(leaving_does_not_wait_for_a_store),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
