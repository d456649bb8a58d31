/* SQL with :name parameters, cut into pieces: each client renders the
 * placeholders in its engine's own way ($1, {name:String}, sqlite's :name).
 * Knows quotes ('', "", `` and E''), comments (-- and nested block comments),
 * dollar quotes and casts (::). Pure. */
#ifndef CLIENTS_SQLTEXT_H
#define CLIENTS_SQLTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"

/* Calls text()/name() over the pieces in order; stops when one returns false.
 * ERR_CONFIG for an unterminated quote or a statement separator (only one
 * statement is allowed; one trailing semicolon is dropped), and for a backslash
 * before a quote outside of E'…', where the engines disagree on what it means. */
struct sqltext_visitor {
	bool (*text)(struct sqltext_visitor *, const char *s, size_t len, struct err *);
	bool (*name)(struct sqltext_visitor *, const char *s, size_t len, struct err *);
};
bool sqltext_walk(const char *sql, struct sqltext_visitor *, struct err *);

/* The parameter called name[0..len), or NULL. */
const struct param *query_param(const struct query *, const char *name, size_t len);

/* "SELECT …\n-- :tracking_id = '726100801'" : the statement as sent with the
 * bound values listed below it as comments, for the trail. Values are printable
 * there, and long ones shortened. */
void sqltext_describe(struct buf *out, const struct query *, const char *sent);

#endif
