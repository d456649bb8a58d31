/* RFC 4180, a block per section: a comment-free header line of column ids with the
 * section's id first. Cells that a spreadsheet could take for a formula get a
 * leading apostrophe; control bytes are shown as tokens. What is no UTF-8 stays as it is
 * in a file, and is shown as tokens on a terminal. */
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "views/output.h"

/* What spreadsheets treat as the start of a formula, the full-width forms too. */
static bool runs_as_formula(const char *s, size_t len)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t n = strlen(starts[i]);

		if (len >= n && !memcmp(s, starts[i], n))
			return true;
	}
	return false;
}

static bool is_number(const char *s, size_t len)
{
	size_t i = len && (s[0] == '-' || s[0] == '+');

	if (i == len)
		return false;
	for (; i < len; i++)
		if ((s[i] < '0' || s[i] > '9') && s[i] != '.')
			return false;
	return true;
}

static void put_cell(struct buf *line, struct cell c, bool shown)
{
	struct buf safe = BUF_INIT;

	if (cell_is_null(c))
		return;
	if (runs_as_formula(c.data, c.len) && !is_number(c.data, c.len))
		buf_putc(&safe, '\'');
	if (shown)
		buf_put_safe(&safe, c.data, c.len);
	else
		buf_put_kept(&safe, c.data, c.len);
	const char *s = buf_str(&safe);
	if (!strpbrk(s, ",\"") && *s) {
		buf_puts(line, s);
	} else {
		buf_putc(line, '"');
		for (; *s; s++) {
			if (*s == '"')
				buf_putc(line, '"');
			buf_putc(line, *s);
		}
		buf_putc(line, '"');
	}
	buf_release(&safe);
}

static bool put_line(FILE *out, struct buf *line)
{
	bool ok = !line->failed && fprintf(out, "%s\r\n", buf_str(line)) > 0;

	buf_clear(line);
	return ok;
}

static bool put_section(FILE *out, const struct section *s, struct buf *line)
{
	bool shown = isatty(fileno(out));

	buf_puts(line, "section");
	for (size_t c = 0; c < s->def->ncolumns; c++)
		buf_printf(line, ",%s", s->def->columns[c].id);
	if (!put_line(out, line))
		return false;
	for (size_t r = 0; r < s->rows.rows; r++) {
		buf_puts(line, s->def->id);
		for (size_t c = 0; c < s->def->ncolumns; c++) {
			buf_putc(line, ',');
			put_cell(line, rowset_cell(&s->rows, r, c), shown);
		}
		if (!put_line(out, line))
			return false;
	}
	return true;
}

bool output_csv(FILE *out, const struct investigation *inv, const struct output_choice *choice)
{
	struct buf line = BUF_INIT;
	bool ok = true;

	for (size_t i = 0; ok && i < inv->nsections; i++)
		if (output_wants(choice, &inv->sections[i]))
			ok = put_section(out, &inv->sections[i], &line);
	buf_release(&line);
	return ok && !fflush(out);
}
