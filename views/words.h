/* States in glyphs, words and sentences: one place, so that the rail, the panes and
 * the waterfall never contradict each other. Pure. */
#ifndef VIEWS_WORDS_H
#define VIEWS_WORDS_H

#include <stdbool.h>

#include "sections/investigation.h"
#include "tui/canvas.h"
#include "views/format.h"

/* Glyph and word: "◷ time". */
struct face {
	enum glyph_name glyph;
	char word[12];
	enum role role;
};

/* Times are monotonic. */
struct face section_face(const struct section *, usec now);
struct face attempt_face(const struct attempt *, usec now);
/* As it is drawn at the left of a line; returns the cells used. */
int face_draw(struct canvas *, int x, int y, const struct face *);

/* What became of one attempt, with its source: "redshift timed out at 8.0s". */
enum { PHRASE_MAX = 200, SENTENCE_MAX = 400 };
const char *attempt_phrase(char out[static PHRASE_MAX], const struct attempt *);
/* An error's text where its source is named anyway: without "redshift: " in front. */
const char *without_source(const char *text, const char *source);
const char *attempt_detail(const struct attempt *);

/* What has to be said about a section before its rows are believed, or instead of
 * rows; text "" when there is nothing to say. */
struct sentence {
	enum glyph_name glyph;
	enum role role;
	char text[SENTENCE_MAX];
	size_t head;               /* bytes of text that say the state: "none: " */
	const char *hint;          /* "r retry"; NULL = none */
};
void section_sentence(struct sentence *, const struct section *, usec now, struct zone);

/* "fallback, 3rd of 4"; "primary" with one step only. */
const char *answer_rank(char out[static PHRASE_MAX], const struct section *);
/* The attempt behind the rows shown; NULL when there is none. */
const struct attempt *answering_attempt(const struct section *);
/* How long an attempt took, or has been running; 0 when it was not sent. */
usec attempt_time(const struct attempt *, usec now);
/* "6 rows", "1 row". */
const char *rows_text(char out[static PHRASE_MAX], size_t rows);

#endif
