#include "views/copy.h"

#include <string.h>
#include <strings.h>

#include "sections/runnable.h"
#include "views/compare.h"
#include "views/output.h"

static const struct copy_form_info infos[] = {
#define X(name, letter, word) { letter, word },
	COPY_FORMS(X)
#undef X
};

const struct copy_form_info *copy_form_info(enum copy_form f)
{
	return &infos[(unsigned)f < COPY_FORM_COUNT ? f : 0];
}

enum copy_form copy_form_find(const char *name, size_t len)
{
	for (unsigned f = 0; f < COPY_FORM_COUNT; f++)
		if ((len == 1 && name[0] == infos[f].letter) ||
		    (len == strlen(infos[f].word) && strncasecmp(name, infos[f].word, len) == 0))
			return (enum copy_form)f;
	return COPY_FORM_COUNT;
}

static struct cell cell_at(const struct copy_what *w, size_t column)
{
	return rowset_cell(&w->section->rows, w->row, column);
}

static bool has_value(const struct copy_what *w, size_t column)
{
	struct cell c = cell_at(w, column);

	return !cell_is_null(c) && c.len > 0;
}

/* ---- one record --------------------------------------------------------------------- */

static bool put_value(const struct copy_what *w, struct buf *out, struct err *e)
{
	struct cell c = cell_at(w, w->column);

	if (!has_value(w, w->column))
		return err_set(e, ERR_CONFIG, 0, "%s has no value here; h and l choose the column",
			       w->section->def->columns[w->column].title);
	buf_put_kept(out, c.data, c.len);
	return true;
}

/* Payloads have a form of their own; here they would make one endless line. */
static bool put_row(const struct copy_what *w, struct buf *out, struct err *e)
{
	bool any = false;

	(void)e;
	for (size_t i = 0; i < w->section->def->ncolumns; i++) {
		struct cell c = cell_at(w, i);

		if (w->section->def->columns[i].type == COLUMN_BODY)
			continue;
		if (any)
			buf_putc(out, '\t');
		any = true;
		buf_put_kept(out, c.data, c.len);
	}
	return true;
}

static bool put_json(const struct copy_what *w, struct buf *out, struct err *e)
{
	return output_json_row(out, w->section, w->row) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory");
}

static void put_ref(const struct copy_what *w, struct buf *out)
{
	if (w->ref[0])
		buf_puts(out, w->ref);
	else
		buf_printf(out, "row %zu", w->row + 1);
}

static const char *case_name(const struct copy_what *w)
{
	return w->inv && w->inv->typed ? w->inv->typed : "";
}

static void put_case(const struct copy_what *w, struct buf *out)
{
	buf_put_safe(out, case_name(w), strlen(case_name(w)));
}

/* "726100801/callbacks/C4" */
static bool put_path(const struct copy_what *w, struct buf *out, struct err *e)
{
	(void)e;
	put_case(w, out);
	if (w->section)
		buf_printf(out, "/%s", w->section->def->id);
	if (w->has_row) {
		buf_putc(out, '/');
		put_ref(w, out);
	}
	return true;
}

/* A command line, with the place as a comment. */
static bool put_link(const struct copy_what *w, struct buf *out, struct err *e)
{
	(void)e;
	buf_puts(out, w->demo ? "sextant --demo " : "sextant ");
	if (case_name(w)[0] == '-')
		buf_puts(out, "-- ");
	runnable_word(out, case_name(w), strlen(case_name(w)));
	if (w->section)
		buf_printf(out, "  # %s", w->section->def->title);
	if (w->has_row) {
		buf_putc(out, ' ');
		put_ref(w, out);
	}
	return true;
}

/* ---- markdown ---------------------------------------------------------------------------- */

/* Every character that could mean something there is escaped. */
void copy_put_markdown(struct buf *out, const char *data, size_t len)
{
	struct buf safe = BUF_INIT;

	buf_put_safe(&safe, data, len);
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.data[i];

		if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '&')
			buf_puts(out, "&amp;");
		else
			buf_printf(out, strchr("\\`*_{}[]()#|~!>", c) ? "\\%c" : "%c", c);
	}
	out->failed |= safe.failed;
	buf_release(&safe);
}

static void put_source(const struct copy_what *w, struct buf *out)
{
	char when[TIME_TEXT_MAX];

	if (!w->section->answered_by)
		return;
	buf_puts(out, ", from ");
	copy_put_markdown(out, w->section->answered_by, strlen(w->section->answered_by));
	if (w->section->as_of != TIME_NONE)
		buf_printf(out, " as of %s", time_iso(when, w->section->as_of, false));
}

static bool put_markdown(const struct copy_what *w, struct buf *out, struct err *e)
{
	const struct section_def *def = w->section->def;

	(void)e;
	buf_printf(out, "**%s ", def->title);
	put_ref(w, out);
	buf_printf(out, "** of %s ", w->inv->workspace->subject);
	copy_put_markdown(out, case_name(w), strlen(case_name(w)));
	put_source(w, out);
	buf_puts(out, "\n\n| field | value |\n|---|---|\n");
	for (size_t i = 0; i < def->ncolumns; i++) {
		struct cell c = cell_at(w, i);

		if (def->columns[i].type == COLUMN_BODY || !has_value(w, i))
			continue;
		buf_printf(out, "| %s | ", def->columns[i].title);
		copy_put_markdown(out, c.data, c.len);
		buf_puts(out, " |\n");
	}
	return true;
}

bool copy_plain(const struct copy_what *w, struct buf *out, struct err *e)
{
	const struct section_def *def;

	if (w->compare) {
		compare_put(w->compare, COPY_ROW, w->all, out);
		buf_putc(out, '\n');
		return !out->failed || err_set(e, ERR_LIMIT, 0, "too long to print");
	}
	if (!w->section || !w->has_row)
		return err_set(e, ERR_CONFIG, 0, "there is no record to print");
	def = w->section->def;
	buf_printf(out, "%s ", def->title);
	put_ref(w, out);
	buf_putc(out, '\n');
	for (size_t i = 0; i < def->ncolumns; i++) {
		struct cell c = cell_at(w, i);

		if (!has_value(w, i))
			continue;
		buf_printf(out, "%s: ", def->columns[i].title);
		buf_put_safe(out, c.data, c.len);
		buf_putc(out, '\n');
	}
	return !out->failed || err_set(e, ERR_LIMIT, 0, "too long to print");
}

/* ---- queries ------------------------------------------------------------------------------ */

static bool put_runnable(const struct copy_what *w, enum runnable_form form, struct buf *out,
			 struct err *e)
{
	if (!w->attempt)
		return err_set(e, ERR_CONFIG, 0, "no source was asked for this");
	return runnable_query(w->config, w->attempt, form, out, e);
}

static bool put_query(const struct copy_what *w, struct buf *out, struct err *e)
{
	return put_runnable(w, RUNNABLE_NATIVE, out, e);
}

static bool put_curl(const struct copy_what *w, struct buf *out, struct err *e)
{
	return put_runnable(w, RUNNABLE_CURL, out, e);
}

/* The forms in which two records stand side by side; the others are about one. */
static bool compares(enum copy_form form)
{
	return form == COPY_ROW || form == COPY_JSON || form == COPY_MARKDOWN;
}

bool copy_render(const struct copy_what *w, enum copy_form form, struct buf *out, struct err *e)
{
	static const struct {
		bool (*put)(const struct copy_what *, struct buf *, struct err *);
		bool wants_row;
	} forms[COPY_FORM_COUNT] = {
		[COPY_VALUE] = { put_value, true },
		[COPY_ROW] = { put_row, true },
		[COPY_JSON] = { put_json, true },
		[COPY_PATH] = { put_path, false },
		[COPY_LINK] = { put_link, false },
		[COPY_MARKDOWN] = { put_markdown, true },
		[COPY_QUERY] = { put_query, false },
		[COPY_CURL] = { put_curl, false },
	};

	if ((unsigned)form >= COPY_FORM_COUNT)
		return err_set(e, ERR_INTERNAL, 0, "no such form");
	if (w->compare && compares(form)) {
		compare_put(w->compare, form, w->all, out);
		return !out->failed || err_set(e, ERR_LIMIT, 0, "too long to copy");
	}
	if (forms[form].wants_row && !w->has_row)
		return err_set(e, ERR_CONFIG, 0, "there is no record to copy here");
	if (!w->inv)
		return err_set(e, ERR_CONFIG, 0, "nothing is open");
	return forms[form].put(w, out, e) &&
	       (!out->failed || err_set(e, ERR_LIMIT, 0, "too long to copy"));
}
