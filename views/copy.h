/* What can be copied, in which forms. Pure: from what is selected to a text that is
 * printable but for the newlines and tabs put in here, and for the bytes of values and
 * rows that are no UTF-8 (text_malformed). */
#ifndef VIEWS_COPY_H
#define VIEWS_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "sections/config.h"
#include "sections/investigation.h"

/* X(NAME, letter, word) */
#define COPY_FORMS(X) \
	X(VALUE,    'v', "value") \
	X(ROW,      'r', "row") \
	X(JSON,     'j', "JSON") \
	X(PATH,     'p', "path") \
	X(LINK,     'l', "link") \
	X(MARKDOWN, 'm', "markdown") \
	X(QUERY,    'q', "query") \
	X(CURL,     'c', "curl")

enum copy_form {
#define X(name, letter, word) COPY_##name,
	COPY_FORMS(X)
#undef X
	COPY_FORM_COUNT
};

struct copy_form_info { char letter; const char *word; };
const struct copy_form_info *copy_form_info(enum copy_form);
/* By its letter, or by its word; COPY_FORM_COUNT = none. */
enum copy_form copy_form_find(const char *name, size_t len);

struct compare;

/* What is selected. Borrowed, for the call. */
struct copy_what {
	const struct config *config;
	const struct investigation *inv;
	const struct section *section;  /* NULL = none */
	bool has_row;
	size_t row, column;             /* of the section; column: what COPY_VALUE takes */
	char ref[16];                   /* "C4"; "" = the record has no number yet */
	const struct attempt *attempt;  /* NULL = nothing was asked */
	const struct compare *compare;  /* of that record with another one; NULL = none */
	bool all;                       /* of it: equal fields too */
	bool demo;                      /* links open the demonstration */
};

/* ERR_CONFIG says why there is nothing to copy in that form. */
bool copy_render(const struct copy_what *, enum copy_form, struct buf *out, struct err *);
/* The record as lines of "title: value", for reading. */
bool copy_plain(const struct copy_what *, struct buf *out, struct err *);
/* Printable, with every character that Markdown could take for its own escaped. */
void copy_put_markdown(struct buf *out, const char *data, size_t len);

#endif
