/* What the files of the configuration share: config.c (the file as a whole),
 * config_sources.c (its sources), config_describe.c, queries.c. For them alone. */
#ifndef SECTIONS_CONFIG_PARTS_H
#define SECTIONS_CONFIG_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/doc.h"
#include "base/err.h"
#include "sections/config.h"

bool config_no_memory(struct err *);
/* Appends copies of the three. */
bool setting_add(struct setting **, size_t *n, const char *key, const char *value,
		 const char *origin, struct err *);
void settings_release(struct setting *, size_t n);
const struct setting *setting_find(const struct setting *, size_t n, const char *key);

/* The text of a scalar; lists, maps and empty values are errors that name `key`. */
bool config_scalar(const struct doc_node *, const char *key, const char **out, struct err *);
/* The words of a list for an error text: "a, b, c". */
void config_list(struct buf *out, const char *word);
/* Absolute, or "~/..." which becomes so. NULL: ERR_CONFIG naming `where`. */
char *config_path(const char *value, const char *where, struct err *);

/* The reference that { env: NAME }, { file: PATH } … stands for; the caller's. `store`: for
 * a store's own settings, which no store can have. NULL: ERR_CONFIG. */
char *config_secret_ref(const struct doc_node *, const char *key, bool store, struct err *);
/* Takes what the configuration says is a secret in the environment out of it. */
void config_seal(const struct config *);
/* Before the sources, which refer to them. `root` NULL: an empty file. */
bool config_stores(struct config *, const struct doc_node *root, bool use_env, struct err *);
bool config_span_at(const struct doc_node *, const char *key, usec *out, struct err *);

/* config_telemetry.c */
bool config_telemetry(struct telemetry_settings *, const struct doc_node *map, bool use_env, struct err *);
void config_telemetry_release(struct telemetry_settings *);
void config_telemetry_describe(const struct telemetry_settings *, struct buf *out);

/* `map` NULL: the file names no sources. */
bool config_sources(struct config *, const struct workspace *, const struct doc_node *map,
		    bool use_env, struct err *);

#endif
