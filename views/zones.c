#include "views/zones.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_LOOKED_AT = 2000 };    /* of a section: its zones are few */

void zones_release(struct zones *z)
{
	while (z->n)
		tz_free(z->named[--z->n]);
	*z = (struct zones){ .at = ZONE_UTC };
}

static bool known(const struct zones *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (!strcmp(tz_name(z->named[i]), name))
			return true;
	return false;
}

bool zones_add(struct zones *z, const char *name, struct err *e)
{
	struct tz *tz;

	if (known(z, name))
		return true;
	if (z->n == ZONES_MAX)
		return err_set(e, ERR_LIMIT, 0, "no more than %d zones", ZONES_MAX);
	tz = tz_load(name, e);
	if (tz)
		z->named[z->n++] = tz;
	return tz != NULL;
}

/* What is no zone there ("Local Timezone") is passed over. */
static void from_rows(struct zones *z, const struct section *s, size_t column)
{
	char name[TZ_NAME_MAX], last[TZ_NAME_MAX] = "";
	size_t n = s->rows.rows < ROWS_LOOKED_AT ? s->rows.rows : ROWS_LOOKED_AT;

	for (size_t row = 0; row < n; row++) {
		struct cell c = rowset_cell(&s->rows, row, column);

		if (!c.len || c.len >= sizeof name || memchr(c.data, '\0', c.len))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)c.len, c.data);
		if (!strchr(name, '/') || !strcmp(name, last))
			continue;
		snprintf(last, sizeof last, "%s", name);
		zones_add(z, name, NULL);
	}
}

void zones_collect(struct zones *z, const struct config *config, const struct investigation *inv)
{
	const char *column = inv ? inv->workspace->zone_column : NULL;

	for (size_t i = 0; i < config->nzones; i++)
		zones_add(z, config->zones[i], NULL);
	for (size_t i = 0; column && i < inv->nsections; i++) {
		const struct section_def *def = inv->sections[i].def;

		for (size_t c = 0; c < def->ncolumns; c++)
			if (!strcmp(def->columns[c].id, column))
				from_rows(z, &inv->sections[i], c);
	}
}

struct zone zones_zone(const struct zones *z, usec now)
{
	bool named = z->at >= ZONE_NAMED && (size_t)(z->at - ZONE_NAMED) < z->n;

	return (struct zone){ .local = z->at == ZONE_LOCAL, .now = now,
	                      .named = named ? z->named[z->at - ZONE_NAMED] : NULL };
}

void zones_next(struct zones *z, usec now)
{
	int all = ZONE_NAMED + (int)z->n;

	/* Where the machine itself keeps UTC there is no other local time. */
	z->at = (z->at + 1) % all;
	if (z->at == ZONE_LOCAL && zone_offset(zones_zone(z, now), now) == 0)
		z->at = (z->at + 1) % all;
}
