/* Text laid out from top to bottom, scrolled: the same calls draw it and measure it. */
#ifndef VIEWS_FLOW_H
#define VIEWS_FLOW_H

#include <stddef.h>

#include "sections/investigation.h"
#include "tui/canvas.h"
#include "views/format.h"

struct flow {
	struct canvas *canvas;
	struct rect r;           /* h 0: only measured */
	int top;                 /* lines scrolled away */
	int y;                   /* lines so far */
	int label;               /* cells of a field's label */
};

enum { FLOW_LABEL = 18 };

struct flow flow_on(struct canvas *, struct rect, int top);
void flow_text(struct flow *, unsigned style, const char *s);
void flow_bytes(struct flow *, unsigned style, const char *in, size_t len);
void flow_printf(struct flow *, unsigned style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void flow_gap(struct flow *);
/* Lines as they are, tabs at their start as blanks: it may be copied from the screen. */
void flow_code(struct flow *, const char *text);
/* A label and a value that wraps beside it. */
void flow_field(struct flow *, const char *label, unsigned style, const char *in, size_t len);
/* Wraps in the cells [x, x + w), so many lines further down; the next line stays where it
 * is. Returns the lines. */
int flow_beside(const struct flow *, int down, int x, int w, unsigned style, const char *in, size_t len);
void flow_puts(struct flow *, const char *label, const char *value);
/* Glyph and word, a name, text: a line per attempt of the section's trail. */
void flow_trail(struct flow *, const struct section *, usec now);

/* The line of the canvas that is written next; false when it is out of sight. */
bool flow_line(const struct flow *, int *y);

#endif
