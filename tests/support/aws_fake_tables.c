/* The tables behind the fake of Athena: SQLite, with the functions of Trino that the
 * queries use. */
#include "tests/support/aws_fake_parts.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct aws_tables {
	sqlite3 *db;
};

static void strpos(sqlite3_context *c, int n, sqlite3_value **v)
{
	const char *in = (const char *)sqlite3_value_text(v[0]);
	const char *what = (const char *)sqlite3_value_text(v[1]);
	const char *hit = in && what ? strstr(in, what) : NULL;

	(void)n;
	if (!in || !what)
		sqlite3_result_null(c);
	else
		sqlite3_result_int64(c, hit ? hit - in + 1 : 0);
}

static void iso_date(sqlite3_context *c, int n, sqlite3_value **v)
{
	const char *s = (const char *)sqlite3_value_text(v[0]);

	(void)n;
	if (!s || strlen(s) != 10)
		sqlite3_result_error(c, "INVALID_FUNCTION_ARGUMENT: not an ISO date", -1);
	else
		sqlite3_result_value(c, v[0]);
}

static void date_add(sqlite3_context *c, int n, sqlite3_value **v)
{
	const char *unit = (const char *)sqlite3_value_text(v[0]);
	const char *day = (const char *)sqlite3_value_text(v[2]);
	struct tm tm = { 0 };
	char text[16];
	time_t t;

	(void)n;
	if (!unit || strcmp(unit, "day") != 0 || !day || !strptime(day, "%Y-%m-%d", &tm)) {
		sqlite3_result_error(c, "INVALID_FUNCTION_ARGUMENT: date_add", -1);
		return;
	}
	t = timegm(&tm) + 86400 * sqlite3_value_int(v[1]);
	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	sqlite3_result_text(c, text, -1, SQLITE_TRANSIENT);
}

struct aws_tables *aws_tables_new(const char *sql, char why[static 200])
{
	struct aws_tables *t = calloc(1, sizeof(*t));
	char *said = NULL;

	if (!t || sqlite3_open(":memory:", &t->db) != SQLITE_OK)
		abort();
	sqlite3_create_function(t->db, "strpos", 2, SQLITE_UTF8, NULL, strpos, NULL, NULL);
	sqlite3_create_function(t->db, "from_iso8601_date", 1, SQLITE_UTF8, NULL, iso_date, NULL, NULL);
	sqlite3_create_function(t->db, "date_add", 3, SQLITE_UTF8, NULL, date_add, NULL, NULL);
	if (!sql || sqlite3_exec(t->db, sql, NULL, NULL, &said) == SQLITE_OK)
		return t;
	snprintf(why, 200, "%s", said);
	sqlite3_free(said);
	aws_tables_free(t);
	return NULL;
}

void aws_tables_free(struct aws_tables *t)
{
	if (!t)
		return;
	sqlite3_close(t->db);
	free(t);
}

static void take_row(struct aws_result *r, sqlite3_stmt *s)
{
	r->cells = realloc(r->cells, (r->nrows + 1) * r->ncolumns * sizeof(*r->cells));
	for (size_t i = 0; i < r->ncolumns; i++) {
		const char *v = (const char *)sqlite3_column_text(s, (int)i);

		r->cells[r->nrows * r->ncolumns + i] = v ? strdup(v) : NULL;
	}
	r->nrows++;
}

bool aws_tables_run(struct aws_tables *t, const char *sql, struct aws_result *r, char why[static 200])
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(t->db, sql, -1, &s, NULL);

	*r = (struct aws_result){ NULL };
	r->ncolumns = s ? (size_t)sqlite3_column_count(s) : 0;
	r->names = calloc(r->ncolumns + 1, sizeof(*r->names));
	for (size_t i = 0; i < r->ncolumns; i++)
		r->names[i] = strdup(sqlite3_column_name(s, (int)i));
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		if (rc == SQLITE_ROW)
			take_row(r, s);
	}
	if (rc != SQLITE_DONE)
		snprintf(why, 200, "SYNTAX_ERROR: %s", sqlite3_errmsg(t->db));
	sqlite3_finalize(s);
	return rc == SQLITE_DONE;
}

void aws_result_release(struct aws_result *r)
{
	for (size_t i = 0; i < r->nrows * r->ncolumns; i++)
		free(r->cells[i]);
	for (size_t i = 0; i < r->ncolumns; i++)
		free(r->names[i]);
	free(r->cells);
	free(r->names);
	*r = (struct aws_result){ NULL };
}
