#include "tests/support/hostile_extract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sections/config.h"
#include "sections/investigation.h"

#define MARK "\u0301"
#define MARKS_5 MARK MARK MARK MARK MARK
#define MARKS_25 MARKS_5 MARKS_5 MARKS_5 MARKS_5 MARKS_5

const struct hostile hostile_texts[] = {
	/* Screen, title, clipboard, link. */
	HOSTILE("\x1b[2J\x1b[HP01"), HOSTILE("\x1b]0;T\x07P01"), HOSTILE("\x1b]52;c;Q0FO\x07P01"),
	HOSTILE("\x1b]52;c;?\x07P01"), HOSTILE("\x1b]8;;http://x.example\x1b\\P01\x1b]8;;\x1b\\"),
	/* Strings for the terminal itself. */
	HOSTILE("\x1bP$q..\x1b\\P02"), HOSTILE("\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\P02"),
	HOSTILE("\x1bPq#0;2;0;0;0\x1b\\P02"), HOSTILE("\x1bPtmux;..\x1b\\P02"),
	/* The same with eight bits, raw and as UTF-8. */
	HOSTILE("\x9b""31mP03"), HOSTILE("\x9d""0;x\x9cP03"), HOSTILE("\xc2\x9b""31mP03"),
	/* What moves the cursor or hides. */
	HOSTILE("abc\b\b\bXYZP04"), HOSTILE("visible\rHIDDENP04"), HOSTILE("one\ntwoP04"),
	HOSTILE("vt\vff\fP04"), HOSTILE("before\0afterP04"), HOSTILE("\x7f\x05\x0e\x0fP04"),
	/* What is not seen, or turns the order round. */
	HOSTILE("\u202e\u2066\u2069\u200b\u200e\u200fP05"),
	HOSTILE("\ufeff\u00ad\u2028\U000e0041\ufff9P05"),
	/* No UTF-8 at all. */
	HOSTILE("\xff\xfe\xc0\xaf\xed\xa0\x80P06\xe2\x82"),
	/* More marks than a cell holds. */
	HOSTILE("e" MARKS_25 MARKS_25 MARKS_25 MARKS_25 "P07"),
};
const size_t hostile_count = sizeof hostile_texts / sizeof *hostile_texts;

struct hostile hostile_replaced(const struct hostile *h)
{
	struct buf out = BUF_INIT;
	const char *in = h->text, *end = in + h->len;
	struct glyph g;

	while (in < end) {
		in += text_next(in, (size_t)(end - in), &g);
		for (unsigned i = 0; g.token && i < g.cells; i++)
			buf_putc(&out, 'x');
		if (!g.token)
			buf_put(&out, g.utf8, g.len);
	}
	return (struct hostile){ buf_str(&out), out.len };
}

/* ---- the extract ---------------------------------------------------------------------- */

static sqlite3 *open_db(const char *dir)
{
	char path[300];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/extract.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void exec(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void insert(sqlite3 *db, const char *sql, const struct hostile *h, size_t n)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	sqlite3_bind_text(st, 1, h->text, (int)h->len, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)n);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

void hostile_extract(const char *dir, const struct hostile *cells, size_t ncells, size_t nlogs)
{
	static const char callback[] =
		"INSERT INTO callbacks_v2 (uuid, ts, fk_tracking_id, ext_url, ext_request_status,"
		" message_type, error_msg, attempt_count) VALUES (printf('u%03d', ?2),"
		" printf('2026-01-23 10:%02d:00', 59 - ?2), '" HOSTILE_LOAD "', ?1, '503', ?1, ?1, 1)";
	sqlite3 *db = open_db(dir);

	exec(db, "BEGIN");
	exec(db, embedded_find("sections/demo/schema.sql")->data);
	insert(db, "INSERT INTO api_loads (tracking_id, load_number, status, load_mode, shipper_id, shipper_name,"
	       " carrier_id, carrier_name, origin, created_at, updated_at) VALUES ('" HOSTILE_LOAD "', ?1, ?1,"
	       " 'OCEAN', 's' || ?1, ?1, 'c' || ?1, ?1, ?1, '2026-01-20 10:00:00', '2026-01-23 10:00:00')",
	       &cells[0], 0);
	for (size_t i = 0; i < ncells; i++)
		insert(db, callback, &cells[i], i);
	for (size_t i = 0; i < nlogs; i++)
		insert(db, "INSERT INTO distributed_logs (timestamp, service_name, severity_text, body, trace_id)"
		       " VALUES (1769160000000000000 + ?2, 'mmcuw', 'ERROR', 'PROCESS_OCEAN " HOSTILE_LOAD " ' || ?1, ?1)",
		       &cells[i], i);
	insert(db, "INSERT INTO fact_carrier_record_logs (record_uuid, file_name, error,"
	       " process_completed_timestamp, matched_load_id) VALUES ('r1', ?1, ?1, '2026-01-22 10:00:00', "
	       HOSTILE_LOAD ")", &cells[1], 0);
	exec(db, "COMMIT");
	sqlite3_close(db);
}

void hostile_break(const char *dir, const char *const *tables, const struct hostile *name)
{
	sqlite3 *db = open_db(dir);
	struct buf sql = BUF_INIT;

	for (; *tables; tables++) {
		buf_clear(&sql);
		buf_printf(&sql, "DROP TABLE %s; CREATE VIEW %s AS SELECT * FROM \"", *tables, *tables);
		buf_put(&sql, name->text, name->len);
		buf_puts(&sql, "\"");
		exec(db, buf_str(&sql));
	}
	buf_release(&sql);
	sqlite3_close(db);
}

void hostile_config(const char *dir, const char *disabled, const char *more)
{
	struct buf text = BUF_INIT;
	char path[300];
	int fd;

	buf_puts(&text, "now: 2026-01-23T14:22:07Z\nsources:\n");
	for (size_t i = 0; i < workspace_load.nsources; i++) {
		const char *name = workspace_load.sources[i].name;

		if (more && strstr(more, name))
			continue;
		if (strstr(disabled, name))
			buf_printf(&text, "  %s: { enabled: false }\n", name);
		else
			buf_printf(&text, "  %s: { kind: sqlite, path: '%s/extract.db' }\n", name, dir);
	}
	buf_puts(&text, more ? more : "");
	snprintf(path, sizeof path, "%s/test.yaml", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.data, text.len), (ssize_t)text.len);
	close(fd);
	buf_release(&text);
}
