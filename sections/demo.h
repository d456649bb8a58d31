/* The bundled demonstration: every source of the load workspace answered by one
 * SQLite database, with the delays and faults of sections/demo/scenarios.yaml. */
#ifndef SECTIONS_DEMO_H
#define SECTIONS_DEMO_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "sections/config.h"

/* The database: $SEXTANT_DEMO_DB, else demo.db beside the program, else the installed
 * one. The caller frees; NULL with ERR_CONFIG that says how to build it. */
char *demo_db_path(struct err *);
/* A configuration of its own; neither files nor the environment are read. */
bool demo_config(struct config *, const char *db_path, struct err *);
/* One line per scenario: its id, what to type, its title. */
bool demo_list(struct buf *out, struct err *);

enum { DEMO_LOAD_SIZE = 64 };
/* What to investigate where a scenario's id was typed, in any case, copied to store; the
 * word itself where it is none. */
const char *demo_load(const char *word, char store[static DEMO_LOAD_SIZE]);

#endif
