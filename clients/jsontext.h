/* JSON as the APIs answer it, on jansson, with every number kept digit for digit
 * (jansson itself has only int64 and double). Pure.
 *
 * Limits: depth 512, 2^20 values, keys of 64 KiB, duplicate keys refused, nothing
 * behind the document, the root is an object or an array. Errors name the byte.
 *
 * A tree read here holds numbers as marked strings: look at its scalars only
 * through these calls. Objects and arrays are jansson's own. */
#ifndef CLIENTS_JSONTEXT_H
#define CLIENTS_JSONTEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rows.h"

enum { JSONTEXT_DEPTH = 512, JSONTEXT_VALUES = 1 << 20, JSONTEXT_KEY = 64 << 10 };

/* The caller decrefs. NULL with ERR_DECODE, ERR_LIMIT or ERR_MEMORY. */
json_t *jsontext_read(const char *text, size_t len, struct err *);

/* What lies at a dotted path ("shipper.id", "stops.0.name"; "." is `v` itself),
 * or NULL. Borrowed. A null is found, as JSON null. */
json_t *jsontext_at(json_t *v, const char *path);

bool jsontext_is_number(const json_t *);
/* A string's text, a number's digits, "true", "false"; CELL_NULL for anything
 * else. Lives as long as the tree. */
struct cell jsontext_scalar(const json_t *);

/* Compact JSON, numbers as they were, keys in the order of the text. `hook`
 * (NULL = none) sees each string first: it may write something in its place. */
enum jsontext_hooked { JSONTEXT_PASS, JSONTEXT_DONE, JSONTEXT_FAILED };
typedef enum jsontext_hooked jsontext_hook(const void *ctx, struct buf *out, struct cell string,
					   struct err *);
bool jsontext_write(struct buf *out, json_t *, jsontext_hook *hook, const void *ctx,
		    struct err *);
/* A quoted string; `s` must be UTF-8. */
bool jsontext_quote(struct buf *out, struct cell s);
/* A key of a tree that was read here, quoted. */
bool jsontext_quote_key(struct buf *out, const char *key);

#endif
