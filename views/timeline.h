/* What others ask the timeline's pane. */
#ifndef VIEWS_TIMELINE_H
#define VIEWS_TIMELINE_H

#include "sections/timeline.h"
#include "views/pane.h"

const struct timeline *timeline_pane_moments(const struct view *);
/* What bars are drawn of: from the window on, since one old date would press all the rest
 * into a single bar. False when nothing happened. */
bool timeline_pane_span(const struct view *, usec *from, usec *to);
/* Shows these lanes only, by the letters of their sections: "O,C"; "" or "all" for
 * every one. False when one of them is no section's. */
bool timeline_pane_lanes(struct view *, const char *letters);
/* Another case. */
void timeline_pane_forget(struct view *);

#endif
