/* The texts of elements of a small XML document: what the AWS services that answer
 * in XML need (STS, S3, errors). Reads elements, attributes (skipped), text, CDATA, comments,
 * the five entities and character references; knows no namespaces (a prefix is
 * skipped) and refuses a DOCTYPE. Pure. */
#ifndef CLIENTS_XMLTEXT_H
#define CLIENTS_XMLTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rows.h"

enum { XMLTEXT_DEPTH = 16, XMLTEXT_FIELDS = 8 };

/* The whole document is read, and ERR_DECODE says what is wrong with it. *found tells
 * whether there was an element at `path` ("ErrorResponse/Error/Code"; "*" is any
 * name); the text of the first is appended to `out`. */
bool xmltext_get(const char *xml, size_t len, const char *path, struct buf *out, bool *found,
		 struct err *);

/* Calls `row` for each element at `path` ("ListBucketResult/Contents"), in order, with the
 * texts of its children of these names, CELL_NULL for those not there; of several of one
 * name the first counts. False when the document is wrong or `row` says so. */
struct xmltext_rows {
	const char *path;
	const char *const *fields;      /* at most XMLTEXT_FIELDS */
	size_t nfields;
	bool (*row)(void *ctx, const struct cell *cells, struct err *);
	void *ctx;
};

bool xmltext_rows(const char *xml, size_t len, const struct xmltext_rows *, struct err *);

#endif
