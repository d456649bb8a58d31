/* The text of an element of a small XML document: what the AWS services that answer
 * in XML need (STS, errors). Reads elements, attributes (skipped), text, CDATA, comments,
 * the five entities and character references; knows no namespaces (a prefix is
 * skipped) and refuses a DOCTYPE. Pure. */
#ifndef CLIENTS_XMLTEXT_H
#define CLIENTS_XMLTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { XMLTEXT_DEPTH = 16 };

/* The whole document is read, and ERR_DECODE says what is wrong with it. *found tells
 * whether there was an element at `path` ("ErrorResponse/Error/Code"; "*" is any
 * name); the text of the first is appended to `out`. */
bool xmltext_get(const char *xml, size_t len, const char *path, struct buf *out, bool *found,
		 struct err *);

#endif
