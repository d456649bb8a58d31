/* Structured text inside a cell, laid out flat: JSON or Ruby hash text, alone or
 * behind a log line's prefix. Nodes are in reading order, so a tree view is a walk
 * over the array. Both key spellings (event_date_time, eventDateTime, EventDateTime)
 * are found under either. Hostile input is cut at the limits, never trusted. */
#ifndef SECTIONS_PAYLOAD_H
#define SECTIONS_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rows.h"

enum { PAYLOAD_DEPTH = 64, PAYLOAD_NODES = 20000 };
#define PAYLOAD_NONE SIZE_MAX

enum payload_kind { PAYLOAD_TEXT, PAYLOAD_JSON, PAYLOAD_RUBY };

enum payload_type { NODE_MAP, NODE_LIST, NODE_STRING, NODE_SYMBOL, NODE_NUMBER, NODE_BOOL, NODE_NIL };

struct payload_node {
	unsigned depth;              /* 0 = the outermost map or list */
	enum payload_type type;
	const char *key;             /* decoded; NULL inside a list and at the top */
	size_t keylen;
	const char *value;           /* decoded text of a scalar; NULL for maps, lists and nil */
	size_t vallen;
	size_t children;             /* direct ones */
	size_t end;                  /* index just after the last node below this one */
};

struct payload {
	enum payload_kind kind;
	struct payload_node *nodes;
	size_t n, cap;
	char *bytes;                 /* what keys and values point into */
	size_t nbytes;
	size_t start, stop;          /* the structured part is text[start..stop) */
	bool broken;                 /* it ended early; the nodes before that stay */
	size_t broken_at;            /* offset in the text */
	char broken_why[64];         /* "unclosed {" */
};

#define PAYLOAD_INIT { 0 }
/* PAYLOAD_TEXT when nothing structured is in there. False only without memory.
 * Copies what it keeps: `text` may go away. */
bool payload_parse(struct payload *, const char *text, size_t len, struct err *);
void payload_release(struct payload *);

/* The child of map `at` with this name in any spelling; PAYLOAD_NONE when absent. */
size_t payload_child(const struct payload *, size_t at, const char *name);
/* The first of several names ("event_date_time|event_time") that has a value.
 * nil and "" are absent: CELL_NULL. Maps and lists are no value. */
struct cell payload_get(const struct payload *, size_t at, const char *names);
/* The first child of `at`, then the next one; PAYLOAD_NONE at the end. */
size_t payload_first(const struct payload *, size_t at);
size_t payload_next(const struct payload *, size_t at, size_t child);

/* "eventDateTime" is "event_date_time": case and underscores do not count. */
bool payload_same_key(const char *a, size_t alen, const char *b, size_t blen);

#endif
