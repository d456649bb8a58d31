#include "views/changes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void changes_forget(struct changes *c)
{
	*c = (struct changes){ 0 };
	for (size_t i = 0; i < CHANGES_MAX; i++)
		c->sections[i].changed = TIME_NONE;
}

void changes_look(struct changes *c, size_t section, const struct section *s)
{
	c->sections[section] = (struct seen){
		.ever = true,
		.state = s->state,
		.rows = s->rows.rows,
		.bytes = s->rows.bytes,
		.problems = s->problems,
		.doubts = s->doubts,
		.by = s->answered_by,
		.changed = TIME_NONE,
	};
}

static void add(char *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(char *out, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list ap;

	if (used)
		used += (size_t)snprintf(out + used, CHANGE_TEXT - used, ", ");
	if (used >= CHANGE_TEXT)
		return;
	va_start(ap, fmt);
	vsnprintf(out + used, CHANGE_TEXT - used, fmt, ap);
	va_end(ap);
}

static void add_count(char *out, const char *what, size_t before, size_t after)
{
	size_t by = after > before ? after - before : before - after;

	if (by)
		add(out, "%zu %s %s%s", by, after > before ? "more" : "fewer", what, by == 1 ? "" : "s");
}

static bool same_source(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void describe(char out[static CHANGE_TEXT], const struct seen *l, const struct section *s)
{
	out[0] = '\0';
	if (s->state != l->state)
		add(out, "%s", section_state_word(s->state));
	add_count(out, "row", l->rows, s->rows.rows);
	add_count(out, "problem", l->problems, s->problems);
	add_count(out, "doubt", l->doubts, s->doubts);
	if (s->answered_by && !same_source(s->answered_by, l->by))
		add(out, "from %s", s->answered_by);
	if (!out[0] && s->rows.bytes != l->bytes)
		add(out, "other rows");
}

void changes_note(struct changes *c, size_t section, const struct section *s, usec now)
{
	struct seen *l = &c->sections[section];
	char what[CHANGE_TEXT];

	if (!l->ever || !section_state_final(s->state))
		return;
	describe(what, l, s);
	if (!strcmp(what, l->what))
		return;
	memcpy(l->what, what, sizeof what);
	l->changed = what[0] ? now : TIME_NONE;
}
