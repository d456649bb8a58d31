/* The configuration: which sources exist, how they are reached, what the user
 * prefers. Read once at start from YAML (XDG) plus the environment aliases of the
 * workspace; every unknown key is an error with its place. */
#ifndef SECTIONS_CONFIG_H
#define SECTIONS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/source.h"
#include "sections/section.h"

/* Where secrets of sources may be: read like sources, asked for secrets only. */
enum config_store { CONFIG_VAULT, CONFIG_AWS, CONFIG_STORES };

/* What is secret in the environment whatever the workspace; one name. */
extern const char *const config_secret_env[1];

/* Where attempts are told to, besides the screen. Off unless the file says otherwise. */
struct telemetry_settings {
	bool on;
	struct source traces, metrics;  /* where to: sources of no kind, as clients/otlp_post.h wants them */
	struct setting *headers;        /* names, and references of their values */
	size_t nheaders;
	const char *env_headers;        /* more of them, as the environment has them; NULL = none */
};

struct config {
	struct source *sources;         /* in the workspace's order: every source it names */
	size_t nsources;
	struct source *stores;          /* CONFIG_STORES of them; the sources point there */
	char *path;                     /* the file read, or where it would be */
	bool exists;
	char *theme;                    /* NULL = default */
	char *override_dir;             /* site's own queries; NULL = none */
	unsigned workers;               /* default config_workers() */
	usec now;                       /* pretend wall time at start; TIME_NONE = the real one */
	struct setting *params;         /* values every query may bind: service names … */
	size_t nparams;
	struct telemetry_settings telemetry;
	char **zones;                   /* that times may be shown in, by name */
	size_t nzones;
};

/* `path` NULL: $XDG_CONFIG_HOME/sextant/config.yaml or ~/.config/…; a missing
 * default file is no error. Refuses files that others may write. Seals the secrets that it
 * finds in the environment: before threads. */
bool config_load(struct config *, const struct workspace *, const char *path, struct err *);
/* From text, for the built-in demonstration and for tests; `use_env` allows aliases. */
bool config_parse(struct config *, const struct workspace *, const char *text, size_t len,
		  const char *name, bool use_env, struct err *);
void config_release(struct config *);
/* Requests at once where nothing is configured: 8, or one for each source, so that
 * those that never answer cannot keep the others waiting. */
unsigned config_workers(size_t sources);
struct source *config_source(const struct config *, const char *name);
/* What `sextant config check` prints: each source, what is set, from where (which
 * alias matched), what is missing. Secrets are never read, only named. */
void config_describe(const struct config *, struct buf *out);

/* "30h", "15m", "90s", "500ms", "2d". */
bool config_span(const char *text, usec *out);

/* $XDG_CONFIG_HOME/sextant/NAME, or that below ~/.config; the caller's. NULL: no memory. */
char *config_user_path(const char *name);
/* Reads a regular file that only we (or root) may write, 1 MiB at most. With *absent
 * set, false means that there is no such file, and *e is untouched. */
bool config_read_file(const char *path, struct buf *out, bool *absent, struct err *);

/* The text of a query. Looked for in override_dir first, then among the built-in
 * files of sections/queries, each time as <kind>/<source>/<query> before
 * <kind>/<query>; the extension is .sql unless the kind has another.
 * NULL with ERR_CONFIG when there is none. The result belongs to the caller. */
char *query_text(const struct config *, const struct source *, const char *query, struct err *);
/* The same of a query that a source need not have: NULL with *absent and no error then. */
char *query_text_if(const struct config *, const struct source *, const char *query, bool *absent,
		    struct err *);

/* One embedded file; the table is made by the Makefile from sections/queries,
 * sections/demo and themes. */
struct embedded { const char *path; const char *data; size_t len; };
extern const struct embedded embedded_files[];   /* ends with a NULL path */
const struct embedded *embedded_find(const char *path);

/* "30h", "15m", "90s", "500ms", "2d". */
bool config_span(const char *text, usec *out);

#endif
