/* The text of a query: the user's file where there is one, else the one that is built in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/client.h"
#include "sections/config_parts.h"

#define BUILT_IN "sections/queries"

const struct embedded *embedded_find(const char *path)
{
	for (const struct embedded *f = embedded_files; f->path; f++)
		if (strcmp(f->path, path) == 0)
			return f;
	return NULL;
}

/* The site's own file. NULL with *absent: there is none. */
static char *from_site(const char *path, bool *absent, struct err *e)
{
	struct buf text = BUF_INIT;
	char *out = NULL;

	if (config_read_file(path, &text, absent, e)) {
		out = buf_detach(&text);
		if (!out)
			config_no_memory(e);
	}
	buf_release(&text);
	return out;
}

static char *from_built_in(const char *path, bool *absent, struct err *e)
{
	const struct embedded *f = embedded_find(path);
	char *out;

	*absent = !f;
	if (!f)
		return NULL;
	out = strndup(f->data, f->len);
	if (!out)
		config_no_memory(e);
	return out;
}

/* Looks below `dir` for the source's own text, then for that of its kind. */
static char *look(const char *dir, const struct source *s, const char *query, bool *absent,
		  char *(*get)(const char *path, bool *absent, struct err *), struct err *e)
{
	const char *kind = s->client->kind;
	const char *ext = s->client->extension ? s->client->extension : "sql";
	char *path, *text;

	*absent = false;
	for (int own = 1; own >= 0; own--) {
		if (asprintf(&path, "%s/%s/%s%s%s.%s", dir, kind, own ? s->name : "",
			     own ? "/" : "", query, ext) < 0) {
			config_no_memory(e);
			return NULL;
		}
		text = get(path, absent, e);
		free(path);
		if (text || !*absent)
			return text;
	}
	return NULL;
}

char *query_text_if(const struct config *c, const struct source *s, const char *query, bool *absent,
		    struct err *e)
{
	char *text = NULL;

	*absent = true;
	if (!s->client) {
		err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, s->missing);
		return NULL;
	}
	if (c->override_dir)
		text = look(c->override_dir, s, query, absent, from_site, e);
	if (!text && *absent)
		text = look(BUILT_IN, s, query, absent, from_built_in, e);
	return text;
}

char *query_text(const struct config *c, const struct source *s, const char *query, struct err *e)
{
	bool absent;
	char *text = query_text_if(c, s, query, &absent, e);

	if (!text && absent && s->client)
		err_set(e, ERR_CONFIG, 0, "%s: no query \"%s\" for kind %s", s->name, query,
			s->client->kind);
	return text;
}
