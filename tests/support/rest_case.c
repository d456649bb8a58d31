#include "tests/support/rest_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/registry.h"
#include "clients/skew.h"

const char rest_data[] =
	"{\"loads\":["
	"{\"id\":726100801,\"loadNumber\":\"U110045871\",\"status\":\"In Transit\","
	" \"shipper\":{\"id\":\"norbrook-foods\",\"name\":\"Norbrook Foods\"},"
	" \"referenceNumbers\":[\"R1\",\"R2\"],\"stops\":[{\"name\":\"Cork\"}]},"
	"{\"id\":723400749,\"loadNumber\":\"L-2\",\"shipperId\":\"fenn-and-marrow\"},"
	"{\"id\":725000806,\"loadNumber\":\"L-2\",\"shipperId\":\"norbrook-foods\"}],"
	"\"relationships\":["
	"{\"id\":1,\"_shipper\":\"norbrook-foods\",\"_carrier\":\"a\",\"active\":true},"
	"{\"id\":2,\"_shipper\":\"norbrook-foods\",\"_carrier\":\"b\",\"active\":false},"
	"{\"id\":3,\"_shipper\":\"norbrook-foods\",\"_carrier\":\"c\",\"active\":true}]}";

const char rest_by_id[] =
	"method: GET\npath: /api/v1/tracking\n"
	"query: { tracking_ids: \":id\", locale: en }\n"
	"status: { field: statusCode, ok: 200 }\nrows: [load, loads]\nabsent: [404]\n" REST_COLUMNS;

const char rest_search[] =
	"method: POST\npath: /api/v1/tracking/search\n"
	"query: { company_id: \":shipper\", locale: en }\n"
	"body: '{ \"load_ids\": [\":number\"], \"page\": 0, \"per_page\": 20 }'\n"
	"status: { field: statusCode, ok: 200 }\nrows: loads\n" REST_COLUMNS;

const char rest_related[] =
	"method: GET\npath: /api/v1/companies/:shipper/relationships\n"
	"query: { locale: en, per_page: 2, related_company_id: \":carrier\" }\n"
	"status: { field: statusCode, ok: 200 }\nrows: relationships\n"
	"pages: { param: page, first: 1, total: pagination.totalPages, max: 5 }\n"
	"columns: { id: id, active: active }\n";

struct api_simulator *rest_api;

int rest_case_start(void **state)
{
	const struct api_options options = {
		.data = rest_data, .app = "demo-app", .secret = REST_SECRET, .user = "svc-user",
		.password = REST_SECRET, .token = REST_SECRET,
	};
	struct err e = { 0 };

	(void)state;
	rest_api = api_simulator_start(&options, &e);
	if (!rest_api)
		fail_msg("%s", e.text);
	return 0;
}

int rest_case_stop(void **state)
{
	char origin[64];

	(void)state;
	/* The port may be given out again. */
	snprintf(origin, sizeof(origin), "http://127.0.0.1:%u", api_simulator_port(rest_api));
	skew_learn(origin, 0);
	api_simulator_stop(rest_api);
	return 0;
}

void rest_case_set(struct rest_case *m, const char *key, const char *value)
{
	struct source *s = &m->source;
	size_t i = 0;

	while (i < s->nsettings && strcmp(m->settings[i].key, key) != 0)
		i++;
	assert_true(i < REST_SETTINGS);
	if (i == s->nsettings) {
		m->texts[2 * i] = strdup(key);
		s->nsettings++;
	} else {
		free(m->texts[2 * i + 1]);
	}
	m->texts[2 * i + 1] = strdup(value);
	m->settings[i].key = m->texts[2 * i];
	m->settings[i].value = m->texts[2 * i + 1];
}

void rest_case_release(struct rest_case *m)
{
	for (size_t i = 0; i < 2 * REST_SETTINGS; i++)
		free(m->texts[i]);
}

void rest_case_make(struct rest_case *m, const char *auth)
{
	*m = (struct rest_case){ .source = { .name = "tracking", .client = &rest_ops, .configured = true } };
	m->source.settings = m->settings;
	snprintf(m->url, sizeof(m->url), "http://127.0.0.1:%u/", api_simulator_port(rest_api));
	rest_case_set(m, "url", m->url);
	rest_case_set(m, "auth", auth);
	rest_case_set(m, "app_id", "demo-app");
	rest_case_set(m, "user", "svc-user");
	rest_case_set(m, "secret", "env:TEST_SECRET");
	rest_case_set(m, "password", "env:TEST_SECRET");
	rest_case_set(m, "token", "env:TEST_SECRET");
	setenv("TEST_SECRET", REST_SECRET, 1);
}

static void on_sent(struct row_sink *s, const char *text)
{
	buf_printf(&((struct rest_seen *)s)->sent, "%s\n", text);
}

static bool on_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	struct rest_seen *seen = (struct rest_seen *)s;

	(void)e;
	assert_int_equal(seen->columns, 0);
	seen->columns = n;
	for (size_t i = 0; i < n; i++)
		buf_printf(&seen->text, "%s%s", i ? "|" : "", names[i]);
	return buf_putc(&seen->text, '\n');
}

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct rest_seen *seen = (struct rest_seen *)s;

	(void)e;
	for (size_t i = 0; i < seen->columns; i++) {
		buf_puts(&seen->text, i ? "|" : "");
		buf_put(&seen->text, cell_is_null(cells[i]) ? "NULL" : cells[i].data,
			cell_is_null(cells[i]) ? 4 : cells[i].len);
	}
	seen->rows++;
	return buf_putc(&seen->text, '\n');
}

static void on_progress(struct row_sink *s, const struct progress *p)
{
	buf_printf(&((struct rest_seen *)s)->notes, "%s\n", p->note);
}

static void on_bytes(struct row_sink *s, size_t n)
{
	((struct rest_seen *)s)->bytes += n;
}

static void seen_init(struct rest_seen *s)
{
	*s = (struct rest_seen){ .sink = { on_sent, on_columns, on_row, on_progress, on_bytes } };
}

void rest_seen_release(struct rest_seen *s)
{
	buf_release(&s->text);
	buf_release(&s->sent);
	buf_release(&s->notes);
}

static const struct param params[] = {
	{ "id", "726100801" }, { "number", "U110045871" }, { "shipper", "norbrook-foods" },
	{ "carrier", NULL },
};

struct query rest_case_query(const char *text)
{
	return (struct query){
		.name = "q", .text = text, .params = params,
		.nparams = sizeof(params) / sizeof(params[0]),
		.deadline = clock_mono(&clock_system) + 20 * USEC_SEC, .id = "id",
	};
}

bool rest_case_run(struct rest_case *m, const struct query *q, struct rest_seen *seen, struct cancel *c,
		   struct err *e)
{
	void *conn;
	bool ok;

	*e = (struct err){ 0 };
	seen_init(seen);
	if (!m->source.origin[0] && !rest_ops.prepare(&m->source, e))
		return false;
	conn = rest_ops.open(&m->source, e);
	if (!conn)
		return false;
	ok = rest_ops.run(conn, q, c, &seen->sink, e);
	rest_ops.close(conn);
	return ok;
}

void rest_gives(struct rest_case *m, const char *text, const char *rows)
{
	struct query q = rest_case_query(text);
	struct rest_seen seen;
	struct err e;

	if (!rest_case_run(m, &q, &seen, NULL, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&seen.text), rows);
	rest_seen_release(&seen);
}

struct err rest_fails(struct rest_case *m, const char *text, enum err_kind kind, const char *says)
{
	struct query q = rest_case_query(text);
	struct rest_seen seen;
	struct err e;

	if (rest_case_run(m, &q, &seen, NULL, &e))
		fail_msg("it worked, not \"%s\": %s", says, buf_str(&seen.text));
	rest_seen_release(&seen);
	if (e.kind != kind || !strstr(e.text, says))
		fail_msg("%s: \"%s\" does not say \"%s\"", err_word(e.kind), e.text, says);
	if (strncmp(e.text, "tracking: ", 10) != 0)
		fail_msg("no source in \"%s\"", e.text);
	return e;
}
