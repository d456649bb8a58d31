/* A YAML document with places: every complaint names file:line:column.
 * Wraps the YAML library; nothing else includes it. Limits: 1 MiB of text,
 * 64 levels, duplicate keys refused, aliases refused, one document. */
#ifndef BASE_DOC_H
#define BASE_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct doc;        /* owns the text and the tree */
struct doc_node;   /* a place in the tree, owned by the doc */

/* `name` is what errors call it (a path, or "built-in load_by_id.yaml"). */
struct doc *doc_parse(const char *text, size_t len, const char *name, struct err *);
struct doc *doc_load(const char *path, struct err *);   /* ERR_CONFIG with the reason */
void doc_free(struct doc *);
const struct doc_node *doc_root(const struct doc *);

enum doc_type { DOC_NONE, DOC_SCALAR, DOC_LIST, DOC_MAP };
enum doc_type doc_type(const struct doc_node *);        /* NULL gives DOC_NONE */
size_t doc_count(const struct doc_node *);              /* items of a list or map */
const struct doc_node *doc_item(const struct doc_node *list, size_t i);
const char *doc_key(const struct doc_node *map, size_t i);        /* NUL-terminated */
const struct doc_node *doc_value(const struct doc_node *map, size_t i);
const struct doc_node *doc_get(const struct doc_node *map, const char *key); /* NULL = absent */
const char *doc_str(const struct doc_node *scalar);     /* NUL-terminated; NULL if no scalar */
/* "config.yaml:12:5" of the value (doc_where) or of the i-th key. Owned by the doc. */
const char *doc_where(const struct doc_node *);
const char *doc_where_key(const struct doc_node *map, size_t i);

/* Typed reads: false with ERR_CONFIG naming the place. */
bool doc_bool(const struct doc_node *, bool *out, struct err *);
bool doc_int(const struct doc_node *, long min, long max, long *out, struct err *);

#endif
