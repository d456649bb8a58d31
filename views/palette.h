/* The prompt behind a colon: the list above it (palette.c), and what the verbs do
 * (palette_run.c). */
#ifndef VIEWS_PALETTE_H
#define VIEWS_PALETTE_H

#include "tui/canvas.h"
#include "views/verbs.h"

struct app;

/* A line as typed. */
void palette_run(struct app *, const char *line);
/* Lines as given on the command line. */
void palette_run_words(struct app *, const char *const *words, size_t n);
/* Why the verb can do nothing now; NULL when it can. */
const char *palette_blocked(const struct app *, const struct verb_info *);

/* Takes the chosen word into the prompt, or the best; false when it needs another. */
bool palette_complete(struct app *);
/* The choice so many words further; -1 when nothing is listed. */
int palette_move(const struct app *, int choice, int delta);
void palette_draw(const struct app *, struct canvas *, struct rect);

#endif
