/* Whose time is shown. */
#include <string.h>
#include <strings.h>

#include "views/app.h"
#include "views/fuzzy.h"

static bool choose(struct app *app, const char *name, struct err *e)
{
	struct zones *z = &app->zones;
	struct fuzzy_name names[ZONE_NAMED + ZONES_MAX] = { { "UTC", ZONE_UTC }, { "local", ZONE_LOCAL } };
	int found;

	/* One with its area may be any; else it is one of those that are at hand. */
	if (strchr(name, '/') && !zones_add(z, name, e))
		return false;
	for (size_t i = 0; i < z->n; i++)
		names[ZONE_NAMED + i] = (struct fuzzy_name){ tz_name(z->named[i]), ZONE_NAMED + (int)i };
	found = fuzzy_pick(name, strlen(name), names, ZONE_NAMED + z->n, "zone", e);
	if (found < 0)
		return false;
	z->at = found;
	return true;
}

void app_set_zone(struct app *app, const char *name)
{
	char zone[FORMAT_MAX];
	struct err e = { 0 };

	zones_collect(&app->zones, app->config, app->desk->inv);
	if (!name[0])
		zones_next(&app->zones, clock_wall(app->clock));
	else if (!choose(app, name, &e)) {
		app_complain(app, "%s", e.text);
		return;
	}
	app_say(app, "times in %s; copies and `show` stay in UTC", format_zone(zone, app_zone(app)));
}
