/* The last look at a statement before it goes to an engine that has no read-only
 * session (Trino, Athena): only what reads may pass. Pure. */
#ifndef CLIENTS_SQLGUARD_H
#define CLIENTS_SQLGUARD_H

#include <stdbool.h>

#include "base/err.h"

/* True for one statement that is SELECT, WITH … SELECT, VALUES, TABLE, SHOW, DESCRIBE
 * or EXPLAIN of such a one; a semicolon may end it. Else ERR_CONFIG that names the
 * word in the way. Knows '', "" and `` quotes and comments; what is not closed, or a
 * comment within a comment (which engines end at different places), is refused. */
bool sqlguard_read_only(const char *sql, struct err *);
/* SHOW or DESCRIBE: Athena leaves these to Hive, where a backslash escapes. */
bool sqlguard_looks(const char *sql);

#endif
