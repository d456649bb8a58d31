/* Sections on demand, as keys and verbs reach them; a complaint goes to the message. */
#ifndef VIEWS_ON_DEMAND_H
#define VIEWS_ON_DEMAND_H

#include "sections/ask.h"
#include "views/pane.h"

/* Asks `to` what the ask offers about that record, and goes there. */
void on_demand_ask_about(struct app *, size_t to, const struct ask_def *, int section, size_t row);
/* About the record in front, by the first of its asks that this gives. */
void on_demand_look_up(struct app *, int to);
/* About what was typed, in the place of what the first of its asks takes. */
void on_demand_ask_text(struct app *, int to, const char *text);
/* About the case as a whole, whatever it was asked about before. */
void on_demand_ask(struct app *, int section);
/* The list of them. */
struct view *on_demand_new(struct app *, struct err *);

#endif
