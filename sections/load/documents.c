/* What is written about an error: pages of the wiki, files of the repositories. Asked from
 * a record's error only. */
#include <stdio.h>
#include <string.h>

#include "sections/load/cells.h"
#include "sections/load/load.h"

/* ---- pages ---------------------------------------------------------------------------------- */

#define PAGE_COLUMNS(X) \
	X(D_TITLE, "title", "page", TEXT, 1, 36, true) \
	X(D_EXCERPT, "excerpt", "excerpt", TEXT, 1, 0, false) \
	X(D_SPACE, "space", "space", TEXT, 2, 6, false) \
	X(D_UPDATED, "updated_at", "updated", TIME, 2, 16, false) \
	X(D_LINK, "link", "link", TEXT, 3, 30, false) \
	X(D_ID, "page_id", "page id", TEXT, 0, 12, false)

enum { PAGE_COLUMNS(COLUMN_SYMBOL) D_COUNT };

static const struct column_def page_columns[D_COUNT] = { PAGE_COLUMNS(COLUMN_ROW) };

/* Confluence marks what was found: @@@hl@@@word@@@endhl@@@. */
static struct cell without_marks(struct row_maker *m, struct cell text)
{
	static const char *const marks[] = { "@@@hl@@@", "@@@endhl@@@" };
	struct buf out = BUF_INIT;
	const char *end;
	struct cell plain;

	if (text.len == 0 || !memmem(text.data, text.len, "@@@", 3))
		return text;
	end = text.data + text.len;
	for (const char *s = text.data; s < end;) {
		size_t skip = 0;

		for (size_t i = 0; i < 2; i++) {
			size_t len = strlen(marks[i]);

			if ((size_t)(end - s) >= len && memcmp(s, marks[i], len) == 0)
				skip = len;
		}
		if (skip == 0)
			buf_putc(&out, *s);
		s += skip ? skip : 1;
	}
	plain = row_bytes(m, buf_str(&out), out.len);
	buf_release(&out);
	return plain;
}

static bool derive_page(struct row_maker *m, struct cell *c, struct err *e)
{
	c[D_TITLE] = without_marks(m, c[D_TITLE]);
	c[D_EXCERPT] = without_marks(m, c[D_EXCERPT]);
	tidy_cells(m, page_columns, D_COUNT, c);
	return row_emit(m, c, e);
}

static bool finish_pages(const struct rowset *in, struct row_maker *m, struct err *e)
{
	return finish_distinct(in, m, D_ID, D_UPDATED, D_COUNT, e);
}

static void summary_of_pages(const struct rowset *rows, usec now, struct buf *out)
{
	if (rows->rows == 0)
		return;
	buf_printf(out, "%zu page%s", rows->rows, rows->rows == 1 ? "" : "s");
	put_newest(out, " change", rows, D_UPDATED, now);
}

/* ---- files ------------------------------------------------------------------------------------ */

#define CODE_COLUMNS(X) \
	X(K_FILE, "file", "file", TEXT, 1, 34, true) \
	X(K_FRAGMENT, "fragment", "fragment", TEXT, 1, 0, false) \
	X(K_REPOSITORY, "repository", "repository", TEXT, 2, 24, true) \
	X(K_LINK, "link", "link", TEXT, 3, 40, false) \
	X(K_MATCHES, "matches", "matches, as sent", BODY, 0, 0, false)

enum { CODE_COLUMNS(COLUMN_SYMBOL) K_COUNT };

static const struct column_def code_columns[K_COUNT] = { CODE_COLUMNS(COLUMN_ROW) };

static bool derive_code(struct row_maker *m, struct cell *c, struct err *e)
{
	tidy_cells(m, code_columns, K_COUNT, c);
	return row_emit(m, c, e);
}

static void summary_of_code(const struct rowset *rows, usec now, struct buf *out)
{
	(void)now;
	if (rows->rows > 0)
		buf_printf(out, "%zu file%s", rows->rows, rows->rows == 1 ? "" : "s");
}

/* ---- the tables --------------------------------------------------------------------------------- */

static bool skip_pages(const struct facts *f, char reason[static REASON_MAX])
{
	return skip_without_error(f, "document_error", reason);
}

static bool skip_code(const struct facts *f, char reason[static REASON_MAX])
{
	return skip_without_error(f, "code_error", reason);
}

static const struct step page_steps[] = {
	{ .source = "confluence", .query = "documents_by_error", .authority = true },
};

static const struct step code_steps[] = {
	{ .source = "github", .query = "code_by_error", .authority = true },
};

#define ASKS(what, fact_) { \
	{ what " about this error", "callbacks", { { "error_msg", fact_ } } }, \
	{ what " about this error", "creation", { { "error", fact_ } } }, \
	{ what " about this error", "carrier_files", { { "error", fact_ } } }, \
	{ what " about this error", "jt_history", { { "error", fact_ } } }, \
	{ what " about this line", "logs", { { "message", fact_ } } }, \
}

static const struct ask_def page_asks[] = ASKS("pages", "document_error");
static const struct ask_def code_asks[] = ASKS("code", "code_error");

const struct section_def section_documents = {
	.id = "documents",
	.title = "Documents",
	.letter = 'D',
	.absent = "no page matches",
	.columns = page_columns,
	.ncolumns = D_COUNT,
	.after = after_nothing,
	.steps = page_steps,
	.nsteps = sizeof page_steps / sizeof page_steps[0],
	.max_rows = 50,
	.ttl = USEC_HOUR,
	.skip = skip_pages,
	.derive = derive_page,
	.finish = finish_pages,
	.summary = summary_of_pages,
	.on_demand = true,
	.question = "Confluence pages that say what an error says",
	.asks = page_asks,
	.nasks = sizeof page_asks / sizeof page_asks[0],
};

const struct section_def section_code = {
	.id = "code",
	.title = "Code",
	.letter = 'K',
	.absent = "no file matches",
	.columns = code_columns,
	.ncolumns = K_COUNT,
	.after = after_nothing,
	.steps = code_steps,
	.nsteps = sizeof code_steps / sizeof code_steps[0],
	.max_rows = 30,
	.ttl = USEC_HOUR,
	.skip = skip_code,
	.derive = derive_code,
	.summary = summary_of_code,
	.on_demand = true,
	.question = "files on GitHub that hold the constant part of an error",
	.asks = code_asks,
	.nasks = sizeof code_asks / sizeof code_asks[0],
};
