/* How much happened when, in bars: shared by the timeline and the overview. */
#ifndef VIEWS_STRIP_H
#define VIEWS_STRIP_H

#include "sections/timeline.h"
#include "tui/canvas.h"
#include "views/format.h"

enum { STRIP_ALL = -1 };

/* One line of bars; `lane` is a section or STRIP_ALL. */
void strip_bars(struct canvas *, int x, int y, const struct histogram *, int lane);
/* The times below or above it; "20 14h". */
void strip_axis(struct canvas *, int x, int y, const struct histogram *, struct zone);
/* What one cell stands for: "1h". */
const char *strip_step(char out[static FORMAT_MAX], const struct histogram *);

#endif
