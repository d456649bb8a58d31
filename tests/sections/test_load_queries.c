/* The queries and the sections that read them agree: every step has its texts, every
 * name they bind is known, and every column they give is one of the section. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "clients/rest_mapping.h"
#include "clients/s3_mapping.h"
#include "clients/sqltext.h"
#include "sections/config.h"
#include "sections/load/load.h"

static const char *kind_of(const char *source)
{
	for (size_t i = 0; i < workspace_load.nsources; i++) {
		if (strcmp(workspace_load.sources[i].name, source) == 0)
			return workspace_load.sources[i].kind;
	}
	fail_msg("no source %s", source);
	return NULL;
}

static const struct embedded *find_text(const char *kind, const struct step *s)
{
	const char *ext = strcmp(kind, "rest") && strcmp(kind, "s3") ? "sql" : "yaml";
	const struct embedded *found;
	char path[160];

	snprintf(path, sizeof path, "sections/queries/%s/%s/%s.%s", kind, s->source, s->query, ext);
	found = embedded_find(path);
	if (found)
		return found;
	snprintf(path, sizeof path, "sections/queries/%s/%s.%s", kind, s->query, ext);
	return embedded_find(path);
}

static bool is_column(const struct section_def *def, const char *name)
{
	for (size_t i = 0; i < def->ncolumns; i++) {
		if (strcmp(def->columns[i].id, name) == 0)
			return true;
	}
	return false;
}

static bool is_param(const char *name, size_t len)
{
	if ((len == 5 && memcmp(name, "limit", 5) == 0) || (len == 3 && memcmp(name, "now", 3) == 0))
		return true;
	for (size_t i = 0; workspace_load.params[i]; i++) {
		if (strlen(workspace_load.params[i]) == len &&
		    memcmp(workspace_load.params[i], name, len) == 0)
			return true;
	}
	return false;
}

static bool any_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)v;
	(void)s;
	(void)len;
	(void)e;
	return true;
}

static bool known_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)v;
	return is_param(s, len) || err_set(e, ERR_CONFIG, 0, ":%.*s is no parameter", (int)len, s);
}

static void check_names(const struct embedded *text)
{
	struct sqltext_visitor v = { any_text, known_name };
	struct err e = { 0 };

	if (!sqltext_walk(text->data, &v, &e))
		fail_msg("%s: %s", text->path, e.text);
}

static sqlite3 *database(void)
{
	const struct embedded *schema = embedded_find("sections/demo/schema.sql");
	sqlite3 *db;

	assert_non_null(schema);
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, schema->data, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void check_sqlite(sqlite3 *db, const struct section_def *def, const struct step *s)
{
	const struct embedded *text = find_text("sqlite", s);
	sqlite3_stmt *st = NULL;

	if (!text)
		fail_msg("no sqlite text for %s of %s", s->query, s->source);
	check_names(text);
	if (sqlite3_prepare_v2(db, text->data, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text->path, sqlite3_errmsg(db));
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		if (!is_column(def, sqlite3_column_name(st, i)))
			fail_msg("%s: %s is no column of %s", text->path, sqlite3_column_name(st, i), def->id);
	}
	sqlite3_finalize(st);
}

/* A mapping is read as the client reads it, and gives columns of the section. */
static void check_mapping(const struct section_def *def, const struct embedded *text)
{
	struct err e = { 0 };
	struct rest_mapping *m = rest_mapping_new(text->data, text->len, text->path, &e);

	if (!m)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < m->ncolumns; i++) {
		if (!is_column(def, m->columns[i]))
			fail_msg("%s: %s is no column of %s", text->path, m->columns[i], def->id);
	}
	rest_mapping_free(m);
}

static void check_s3(const struct section_def *def, const struct embedded *text)
{
	struct err e = { 0 };
	struct s3_mapping *m = s3_mapping_new(text->data, text->len, text->path, &e);

	if (!m)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < m->ncolumns; i++) {
		if (!is_column(def, m->columns[i]))
			fail_msg("%s: %s is no column of %s", text->path, m->columns[i], def->id);
		if (m->bound[i] && !is_param(m->bound[i], strlen(m->bound[i])))
			fail_msg("%s: :%s is no parameter", text->path, m->bound[i]);
	}
	s3_mapping_free(m);
}

/* Archives and the ocean API have no client yet, so no texts of their own. */
static void check_real(const struct section_def *def, const struct step *s)
{
	static const char *const served[] = { "postgres", "clickhouse", "rest", "s3" };
	const char *kind = kind_of(s->source);

	for (size_t i = 0; i < sizeof served / sizeof served[0]; i++) {
		if (strcmp(kind, served[i]))
			continue;
		const struct embedded *text = find_text(kind, s);

		if (!text)
			fail_msg("no %s text for %s", kind, s->query);
		if (strcmp(kind, "rest") == 0)
			check_mapping(def, text);
		else if (strcmp(kind, "s3") == 0)
			check_s3(def, text);
		else
			check_names(text);
	}
}

static void test_every_step_has_its_texts(void **state)
{
	sqlite3 *db = database();

	(void)state;
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];

		for (size_t s = 0; s < def->nsteps; s++) {
			check_sqlite(db, def, &def->steps[s]);
			check_real(def, &def->steps[s]);
		}
	}
	sqlite3_close(db);
}

/* ClickHouse texts carry their limit as a number: one more than the section keeps. */
static void test_clickhouse_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < workspace_load.nsections; i++) {
		const struct section_def *def = workspace_load.sections[i];
		char limit[32];

		snprintf(limit, sizeof limit, "\nLIMIT %u\n", def->max_rows + 1);
		for (size_t s = 0; s < def->nsteps; s++) {
			const struct embedded *text = find_text("clickhouse", &def->steps[s]);

			if (text && !strcmp(kind_of(def->steps[s].source), "clickhouse"))
				assert_non_null(strstr(text->data, limit));
		}
	}
}

/* ---- the warehouse's best match -------------------------------------------------------- */

static void add_load(sqlite3 *db, int id, const char *number, const char *pro, int deleted)
{
	char *sql = sqlite3_mprintf("INSERT INTO fact_loads (load_id, load_number, pro_number, is_deleted, "
				    "created_at) VALUES (%d, %Q, %Q, %d, '2026-01-01')", id, number, pro, deleted);

	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_free(sql);
}

static void bind(sqlite3_stmt *st, const char *name, const char *value)
{
	int i = sqlite3_bind_parameter_index(st, name);

	if (i > 0 && value)
		sqlite3_bind_text(st, i, value, -1, SQLITE_STATIC);
}

/* "id:match id:match", in the order given. */
static void ask(sqlite3 *db, const char *typed, char *out, size_t outsz)
{
	const struct embedded *text = find_text("sqlite", &section_load.steps[2]);
	struct facts f = FACTS_INIT;
	sqlite3_stmt *st = NULL;
	struct err e;

	assert_true(load_identify(typed, &f, &e));
	assert_int_equal(sqlite3_prepare_v2(db, text->data, -1, &st, NULL), SQLITE_OK);
	bind(st, ":identifier", facts_get(&f, "identifier"));
	bind(st, ":tracking_id_candidate", facts_get(&f, "tracking_id_candidate"));
	bind(st, ":pro_candidate", facts_get(&f, "pro_candidate"));
	out[0] = '\0';
	while (sqlite3_step(st) == SQLITE_ROW) {
		size_t len = strlen(out);

		snprintf(out + len, outsz - len, "%s%s:%s", len ? " " : "", sqlite3_column_text(st, 0),
			 sqlite3_column_text(st, sqlite3_column_count(st) - 1));
	}
	sqlite3_finalize(st);
	facts_release(&f);
}

static void test_best_match_only(void **state)
{
	static const struct { const char *typed, *want; } cases[] = {
		{ "645000111", "645000111:tracking id" },
		{ "AB12345", "645000112:load number" },
		{ "B12345", "645000112:ends with it 645000113:ends with it" },
		{ "AB1234", "645000112:contains it 645000113:contains it" },
		{ "B123", "" },                 /* too short to search for inside others */
		{ "PRO77001122", "645000114:PRO" },
		{ "77001122", "645000114:PRO" },
		{ "A%5", "" },                  /* no pattern */
		{ "GONE-1", "" },               /* deleted */
	};
	sqlite3 *db = database();
	char got[256];

	(void)state;
	add_load(db, 645000111, "N1", NULL, 0);
	add_load(db, 645000112, "AB12345", NULL, 0);
	add_load(db, 645000113, "XAB12345", NULL, 0);
	add_load(db, 645000114, "N645000111", "77001122", 0);
	add_load(db, 645000115, "GONE-1", NULL, 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ask(db, cases[i].typed, got, sizeof got);
		assert_string_equal(got, cases[i].want);
	}
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_step_has_its_texts),
		cmocka_unit_test(test_clickhouse_limits),
		cmocka_unit_test(test_best_match_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
