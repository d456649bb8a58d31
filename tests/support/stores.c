#include "tests/support/stores.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "views/output.h"

#define APP    "sextant-tests"
#define SECRET "k3y of the simulator"
#define PATIENCE (60 * USEC_SEC)

/* ---- servers ---------------------------------------------------------------------- */

bool stores_installed(void)
{
	return postgres_installed() && clickhouse_installed();
}

static bool start_api(struct stores *s, struct err *e)
{
	const struct api_options options = {
		.data_file = s->fixtures.api_file, .app = APP, .secret = SECRET, .user = APP,
		.password = SECRET,
	};

	s->api = api_simulator_start(&options, e);
	return s->api != NULL;
}

static bool write_secret(struct stores *s, struct err *e)
{
	FILE *f;
	bool ok;

	snprintf(s->secret_file, sizeof s->secret_file, "%s/secret", s->fixtures.dir);
	f = fopen(s->secret_file, "w");
	ok = f && fchmod(fileno(f), 0600) == 0 && fputs(SECRET "\n", f) >= 0;
	if (f)
		ok = fclose(f) == 0 && ok;
	return ok || err_set(e, ERR_INTERNAL, 0, "cannot write %s", s->secret_file);
}

bool stores_start(struct stores *s, struct err *e)
{
	*s = (struct stores){ 0 };
	if (fixtures_init(&s->fixtures, e) && write_secret(s, e) && start_api(s, e) &&
	    postgres_start(&s->postgres, e) && fixtures_load_postgres(&s->fixtures, &s->postgres, e) &&
	    clickhouse_start(&s->clickhouse, e) &&
	    fixtures_load_clickhouse(&s->fixtures, &s->clickhouse, e))
		return true;
	stores_stop(s);
	return false;
}

void stores_stop(struct stores *s)
{
	if (s->postgres.dir)
		postgres_stop(&s->postgres);
	if (s->clickhouse.dir)
		clickhouse_stop(&s->clickhouse);
	api_simulator_stop(s->api);
	fixtures_release(&s->fixtures);
	*s = (struct stores){ 0 };
}

/* ---- configurations ---------------------------------------------------------------- */

static const char *const sources[] = { "tracking", "company", "redshift", "signoz", "rewind",
				       "ocean" };

static bool is_off(const struct stores_options *o, const char *source)
{
	return o->off && strstr(o->off, source);
}

/* The same in both kinds, on the same lines: messages name them. */
static void put_head(const struct stores_options *o, struct buf *out)
{
	buf_printf(out, "now: " FIXTURES_NOW "\n%ssources:\n", o->head ? o->head : "");
	buf_puts(out, "  athena: { enabled: false }\n  trino: { enabled: false }\n");
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		if (is_off(o, sources[i]))
			buf_printf(out, "  %s: { enabled: false }\n", sources[i]);
	}
}

static void put_api(const struct stores *s, const char *name, const char *more, struct buf *out)
{
	buf_printf(out, "  %s: { url: 'http://127.0.0.1:%u', auth: hmac-query, app_id: " APP
		   ", secret: { file: '%s' }%s }\n", name, api_simulator_port(s->api), s->secret_file,
		   more ? more : "");
}

static void put_ocean(const struct stores *s, struct buf *out)
{
	buf_printf(out, "  ocean: { url: 'http://127.0.0.1:%u', user: " APP ", password: { file: '%s' } }\n",
		   api_simulator_port(s->api), s->secret_file);
}

static void put_postgres(const struct stores *s, struct buf *out)
{
	buf_printf(out, "  redshift: { host: 127.0.0.1, port: %u, user: analyst, database: postgres,"
		   " ca_file: '%s', password: { command: \"printf '%%s' 's3cret pass'\" } }\n",
		   s->postgres.port, s->postgres.ca_file);
}

static void put_signoz(const struct stores *s, const char *user, struct buf *out)
{
	buf_printf(out, "  signoz: { host: localhost, port: %u, secure: true, ca_file: '%s'",
		   s->clickhouse.tls_port, s->clickhouse.ca_file);
	if (user)
		buf_printf(out, ", user: %s }\n", user);
	else
		buf_puts(out, ", user: analyst, password: { command: \"printf '%s' 's3cret pass'\" } }\n");
}

struct buf stores_servers(const struct stores *s, const struct stores_options *o)
{
	struct buf out = BUF_INIT;

	put_head(o, &out);
	if (!is_off(o, "tracking"))
		put_api(s, "tracking", NULL, &out);
	if (!is_off(o, "company"))
		put_api(s, "company", o->company, &out);
	if (!is_off(o, "ocean"))
		put_ocean(s, &out);
	if (!is_off(o, "redshift"))
		put_postgres(s, &out);
	if (!is_off(o, "signoz"))
		put_signoz(s, o->signoz, &out);
	if (!is_off(o, "rewind"))
		buf_printf(&out, "  rewind: { host: 127.0.0.1, port: %u }\n", s->clickhouse.port);
	return out;
}

struct buf stores_embedded(const struct stores *s, const struct stores_options *o)
{
	struct buf out = BUF_INIT;

	put_head(o, &out);
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		if (!is_off(o, sources[i]))
			buf_printf(&out, "  %s: { kind: sqlite, scripted: false, path: '%s' }\n", sources[i],
				   s->fixtures.db_file);
	}
	return out;
}

/* ---- a load ------------------------------------------------------------------------- */

static usec system_mono(const struct clock *c)
{
	(void)c;
	return now_mono();
}

static usec standing_wall(const struct clock *c)
{
	return c->offset;
}

void opened_start(struct opened *o, const char *config, const char *load)
{
	struct err e = { 0 };

	*o = (struct opened){ 0 };
	if (!config_parse(&o->config, &workspace_load, config, strlen(config), "test", false, &e))
		fail_msg("%s\n%s", e.text, config);
	o->clock = (struct clock){ system_mono, standing_wall, o->config.now };
	o->engine = engine_new(&o->config, &workspace_load, &o->clock, &e);
	if (!o->engine)
		fail_msg("%s", e.text);
	o->inv = engine_open(o->engine, load, &e);
	if (!o->inv)
		fail_msg("%s: %s", load, e.text);
}

void opened_run(struct opened *o, bool (*until)(struct opened *, void *), void *ctx)
{
	usec end = now_mono() + PATIENCE;

	for (;;) {
		usec next = engine_tick(o->engine, NULL), now = now_mono();
		struct pollfd p = { engine_fd(o->engine), POLLIN, 0 };

		if (until ? until(o, ctx) : investigation_settled(o->inv))
			return;
		if (now > end)
			fail_msg("%s: waited in vain", o->inv->typed);
		next = next == TIME_NONE || next > end ? end : next;
		poll(&p, 1, next > now ? (int)((next - now) / USEC_MS) + 1 : 0);
	}
}

static bool all_checked(struct opened *o, void *ctx)
{
	bool done = true;

	(void)ctx;
	for (size_t i = 0; i < engine_sources(o->engine); i++)
		done = done && !engine_source(o->engine, i)->checking;
	return done;
}

void opened_check(struct opened *o)
{
	for (size_t i = 0; i < engine_sources(o->engine); i++)
		engine_check(o->engine, i);
	opened_run(o, all_checked, NULL);
}

json_t *opened_json(const struct opened *o)
{
	const struct output_choice all = { NULL, 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	json_error_t why;
	json_t *doc;

	assert_non_null(f);
	assert_true(output_json(f, o->inv, &all));
	fclose(f);
	doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!doc)
		fail_msg("line %d: %s\n%s", why.line, why.text, text);
	free(text);
	return doc;
}

struct section *opened_section(struct opened *o, const char *id)
{
	struct section *s = investigation_section(o->inv, id);

	assert_non_null(s);
	return s;
}

void opened_end(struct opened *o)
{
	assert_true(engine_free(o->engine, 10 * USEC_SEC));
	config_release(&o->config);
}
