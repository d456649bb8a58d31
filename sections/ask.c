#include "sections/ask.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Lines become one, and what is not printable a blank: a search would not find its token. */
static void make_fit(char out[static ASK_VALUE + 1], struct cell c)
{
	size_t used = 0, n;
	struct glyph g;

	for (; (n = text_next(c.data, c.len, &g)); c.data += n, c.len -= n) {
		bool blank = g.token || !strcmp(g.utf8, " ");

		if (blank && (!used || (g.token && out[used - 1] == ' ')))
			continue;
		if (used + (blank ? 1 : g.len) > ASK_VALUE)
			break;
		memcpy(out + used, blank ? " " : g.utf8, blank ? 1 : g.len);
		used += blank ? 1 : g.len;
	}
	while (used && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
}

bool subject_take(struct subject *s, const struct ask_def *def, const struct section *from, size_t row)
{
	*s = (struct subject){ .def = def };
	if (row >= from->rows.rows || strcmp(def->from, from->def->id) != 0)
		return false;
	for (size_t i = 0; i < ASK_FACTS && def->takes[i].column; i++)
		make_fit(s->values[i], section_cell(from, row, def->takes[i].column));
	return s->values[0][0] != '\0';
}

bool subject_of_text(struct subject *s, const struct ask_def *def, const char *text)
{
	*s = (struct subject){ .def = def };
	make_fit(s->values[0], cell_of(text));
	return s->values[0][0] != '\0';
}

const char *subject_value(const struct subject *s, const char *fact)
{
	for (size_t i = 0; i < ASK_FACTS && s->def->takes[i].fact; i++)
		if (!strcmp(s->def->takes[i].fact, fact) && s->values[i][0])
			return s->values[i];
	return NULL;
}

const char *subject_text(const struct subject *s, char out[static ABOUT_MAX])
{
	static const char more[] = "…";
	size_t len = strlen(s->values[0]), used = 0, n;
	struct glyph g;

	if (len < ABOUT_MAX) {
		memcpy(out, s->values[0], len + 1);
		return out;
	}
	while ((n = text_next(s->values[0] + used, len - used, &g)) && used + n + sizeof more <= ABOUT_MAX)
		used += n;
	memcpy(out, s->values[0], used);
	memcpy(out + used, more, sizeof more);
	return out;
}
