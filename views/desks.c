/* The loads that are open, one in front; the others go on in the background. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "views/app.h"
#include "views/following.h"

int app_at_desk(const struct app *app)
{
	int i = 0;

	while (app->desks[i] != app->desk)
		i++;
	return i;
}

static bool is_called(const struct desk *d, const char *typed)
{
	return d->inv && (!strcasecmp(typed, d->inv->typed) || !strcasecmp(typed, desk_name(d)));
}

int app_find_desk(const struct app *app, const char *typed)
{
	for (int i = 0; i < app->ndesks; i++)
		if (is_called(app->desks[i], typed))
			return i;
	if (typed[0] >= '1' && typed[0] <= '0' + app->ndesks && !typed[1])
		return typed[0] - '1';
	return -1;
}

/* ---- opening ------------------------------------------------------------------------ */

/* NULL after a complaint. */
static struct investigation *begin(struct app *app, const char *typed)
{
	struct err e = { 0 };
	struct investigation *inv = app->engine ? engine_open(app->engine, typed, &e) : NULL;

	app->opening = NULL;
	if (!inv)
		app_complain(app, "%s", e.text);
	return inv;
}

/* What goes on behind is not to surprise anybody. */
static void leave(struct app *app)
{
	enum role role;
	char text[PHRASE_MAX];

	desk_following(text, app->desk, TIME_NONE, true, &role);
	if (text[0] && app->desk->inv)
		app_say(app, "%s behind: %s", desk_name(app->desk), text);
}

/* In front from now on; nothing of it was seen yet. */
static void present(struct app *app, struct desk *d, struct investigation *inv)
{
	desk_take(d, inv);
	if (d != app->desk)
		leave(app);
	app->desk = d;
	app_go(app, 0);
	app_update(app);
}

/* The one in front when nothing is open there, else one more; NULL after a complaint. */
static struct desk *free_desk(struct app *app)
{
	char key[KEY_NAME_MAX];
	struct err e = { 0 };
	struct desk *d;

	if (!app->desk->inv)
		return app->desk;
	if (app->ndesks == DESKS_MAX) {
		app_complain(app, "%d loads are open, which is the most; %s lists them, : close makes room",
		             DESKS_MAX, action_key(key, ACTION_LOADS));
		return NULL;
	}
	d = desk_new(app, &e);
	if (d)
		app->desks[app->ndesks++] = d;
	else
		app_complain(app, "%s", e.text);
	return d;
}

static void forget(struct app *app, int at)
{
	desk_free(app->desks[at]);
	app->ndesks--;
	memmove(&app->desks[at], &app->desks[at + 1], (size_t)(app->ndesks - at) * sizeof app->desks[0]);
}

/* True when one of those that are open has it; that one is in front now. */
static bool go_to_open(struct app *app, const char *typed, const struct desk *but)
{
	for (int i = 0; i < app->ndesks; i++) {
		if (app->desks[i] == but || !is_called(app->desks[i], typed))
			continue;
		app_switch(app, i);
		app_say(app, "it is open already");
		return true;
	}
	return false;
}

void app_open(struct app *app, const char *typed)
{
	struct investigation *inv;
	struct desk *d;

	if (go_to_open(app, typed, NULL) || !(d = free_desk(app)))
		return;
	inv = begin(app, typed);
	if (inv)
		present(app, d, inv);
	else if (d != app->desk)
		forget(app, app->ndesks - 1);
}

void app_open_here(struct app *app, const char *typed)
{
	struct investigation *inv = go_to_open(app, typed, app->desk) ? NULL : begin(app, typed);

	if (!inv)
		return;
	if (app->desk->inv)
		engine_close(app->engine, app->desk->inv);
	present(app, app->desk, inv);
}

void app_open_all(struct app *app, const char *const *typed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		app_open(app, typed[i]);
	if (n > 1)
		app_switch(app, 0);
}

/* ---- going from one to another ---------------------------------------------------------- */

static void bring(struct app *app, int desk)
{
	app->desk = app->desks[desk];
	if (app->desk->inv)
		engine_prefer(app->engine, app->desk->inv);
	app_update(app);
}

void app_switch(struct app *app, int desk)
{
	if (app->desks[desk] != app->desk)
		leave(app);
	bring(app, desk);
}

void app_turn(struct app *app, int delta)
{
	int n = app->ndesks;

	if (n < 2)
		app_say(app, "no other load is open; : open LOAD");
	else
		app_switch(app, (app_at_desk(app) + delta + n) % n);
}

/* ---- closing ------------------------------------------------------------------------------ */

void app_close(struct app *app, int desk)
{
	struct desk *d = app->desks[desk];
	bool front = d == app->desk;

	app_say(app, "closed %s", desk_name(d));
	if (d->inv)
		engine_close(app->engine, d->inv);
	if (app->ndesks == 1) {
		present(app, d, NULL);
	} else {
		forget(app, desk);
		if (front)
			bring(app, desk < app->ndesks ? desk : desk - 1);
	}
	/* Rows by the million were just freed: the system gets them back. */
	malloc_trim(0);
}
