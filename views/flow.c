#include "views/flow.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "views/words.h"

enum { TABS_MAX = 8, TAB_CELLS = 4, TRAIL_TEXT = ERR_TEXT_MAX + 24 };

struct flow flow_on(struct canvas *c, struct rect r, int top)
{
	return (struct flow){ .canvas = c, .r = r, .top = top, .label = FLOW_LABEL };
}

bool flow_line(const struct flow *f, int *y)
{
	*y = f->r.y + f->y - f->top;
	return f->y >= f->top && f->y - f->top < f->r.h;
}

/* Wraps in the columns [x, x + w) of the flow. Returns the lines. */
static int wrap_at(struct flow *f, int x, int w, unsigned style, const char *in, size_t len)
{
	int line = f->y - f->top, skip = line < 0 ? -line : 0;
	struct rect r = { f->r.x + x, f->r.y + line + skip, w, f->r.h - line - skip };

	if (r.h < 0)
		r.h = 0;
	return canvas_wrap(f->canvas, r, style, in, len, skip);
}

int flow_beside(const struct flow *f, int down, int x, int w, unsigned style, const char *in, size_t len)
{
	struct flow part = *f;

	part.y += down;
	return wrap_at(&part, x, w, style, in, len);
}

void flow_bytes(struct flow *f, unsigned style, const char *in, size_t len)
{
	f->y += wrap_at(f, 0, f->r.w, style, in, len);
}

/* What begins with blanks is wrapped below them. */
void flow_text(struct flow *f, unsigned style, const char *s)
{
	int indent = (int)strspn(s, " ");

	f->y += wrap_at(f, indent, f->r.w - indent, style, s + indent, strlen(s + indent));
}

void flow_printf(struct flow *f, unsigned style, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	flow_text(f, style, text);
}

void flow_gap(struct flow *f)
{
	f->y++;
}

void flow_code(struct flow *f, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), tabs = strspn(text, "\t");
		struct flow line = *f;

		line.r.x += (int)(tabs < TABS_MAX ? tabs : TABS_MAX) * TAB_CELLS;
		line.r.w -= line.r.x - f->r.x;
		flow_bytes(&line, ROLE_TEXT, text + tabs, len - tabs);
		f->y = line.y > f->y ? line.y : f->y + 1;
		text += len;
		text += *text == '\n';
	}
}

void flow_field(struct flow *f, const char *label, unsigned style, const char *in, size_t len)
{
	int lines, y, x = f->label + 2;

	if (flow_line(f, &y))
		canvas_puts(f->canvas, f->r.x + 1, y, f->label, ROLE_DIM, label);
	lines = wrap_at(f, x, f->r.w - x, style, in, len);
	f->y += lines ? lines : 1;
}

void flow_puts(struct flow *f, const char *label, const char *value)
{
	flow_field(f, label, ROLE_TEXT, value, strlen(value));
}

/* What is said behind it: the error, else which of several queries it was. */
static void trail_text(char out[static TRAIL_TEXT], const struct section *s, const struct attempt *a,
                       int times)
{
	const char *text = attempt_detail(a);

	for (size_t i = 0; i < s->ntrail && !text[0]; i++)
		if (!strcmp(s->trail[i]->source, a->source) && strcmp(s->trail[i]->query, a->query) != 0)
			text = a->query;
	if (times > 1 && a->ended)
		snprintf(out, TRAIL_TEXT, "%d times%s%s", times, text[0] ? ": " : "", text);
	else
		snprintf(out, TRAIL_TEXT, "%s", text);
}

static void trail_line(struct flow *f, const struct section *s, const struct attempt *a, int times,
                       usec now)
{
	struct face face = attempt_face(a, now);
	char span[TIME_SPAN_MAX] = "", text[TRAIL_TEXT];
	int y, lines, x = a->started ? 29 : 22;

	/* The word of one that runs is its time. */
	if (a->ended)
		time_span(span, attempt_time(a, now));
	if (flow_line(f, &y)) {
		canvas_puts(f->canvas, f->r.x + 3, y, 10, ROLE_TEXT, a->source);
		face_draw(f->canvas, f->r.x + 14, y, &face);
		canvas_puts(f->canvas, f->r.x + 22, y, 6, ROLE_DIM, span);
	}
	trail_text(text, s, a, times);
	lines = wrap_at(f, x, f->r.w - x, ROLE_DIM, text, strlen(text));
	f->y += lines ? lines : 1;
}

/* Two steps that were not sent for one reason, retries, parts of a window. */
static bool says_the_same(const struct attempt *a, const struct attempt *b)
{
	return !a->started == !b->started && a->outcome == b->outcome && !strcmp(a->source, b->source) &&
	       !strcmp(a->detail, b->detail) && (!a->started || !strcmp(a->query, b->query));
}

void flow_trail(struct flow *f, const struct section *s, usec now)
{
	int times = 1;

	for (size_t i = 0; i < s->ntrail; i++, times++) {
		if (i + 1 < s->ntrail && says_the_same(s->trail[i], s->trail[i + 1]))
			continue;
		trail_line(f, s, s->trail[i], times, now);
		times = 0;
	}
}
