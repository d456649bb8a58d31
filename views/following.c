#include "views/following.h"

#include <stdio.h>
#include <string.h>

#include "views/app.h"

/* ---- words ---------------------------------------------------------------------------- */

bool follow_face(const struct follow *f, struct face *out)
{
	static const struct face faces[] = {
		[FOLLOW_ON] = { GLYPH_RUN, "", ROLE_ACCENT },
		[FOLLOW_HELD] = { GLYPH_CANCEL, "", ROLE_ATTENTION },
		[FOLLOW_STOPPED] = { GLYPH_CANCEL, "", ROLE_ATTENTION },
	};

	*out = faces[f->state];
	return f->state != FOLLOW_OFF;
}

/* "30s", "2m", "1h". */
static const char *every(char out[static FORMAT_MAX], usec interval)
{
	if (interval % USEC_HOUR == 0)
		snprintf(out, FORMAT_MAX, "%dh", (int)(interval / USEC_HOUR));
	else if (interval % USEC_MIN == 0)
		snprintf(out, FORMAT_MAX, "%dm", (int)(interval / USEC_MIN));
	else
		format_running(out, interval);
	return out;
}

static const char *next_in(char out[static FORMAT_MAX], usec next, usec now)
{
	return format_running(out, next - now + USEC_SEC - 1);
}

const char *follow_phrase(char out[static PHRASE_MAX], const struct follow *f, usec now)
{
	char span[FORMAT_MAX], next[FORMAT_MAX];

	every(span, f->interval);
	out[0] = '\0';
	if (f->state == FOLLOW_STOPPED)
		snprintf(out, PHRASE_MAX, "ended: %s", f->why);
	else if (f->state == FOLLOW_HELD)
		snprintf(out, PHRASE_MAX, "every %s, held", span);
	else if (f->state == FOLLOW_ON && f->next == TIME_NONE)
		snprintf(out, PHRASE_MAX, "every %s, asking", span);
	else if (f->state == FOLLOW_ON && now != TIME_NONE)
		snprintf(out, PHRASE_MAX, "every %s, next in %s", span, next_in(next, f->next, now));
	else if (f->state == FOLLOW_ON)
		snprintf(out, PHRASE_MAX, "every %s", span);
	return out;
}

struct followed {
	unsigned count[FOLLOW_STOPPED + 1];
	usec next, interval;     /* of those that are on: the earliest, the shortest */
};

static struct followed count_followed(const struct desk *d)
{
	struct followed n = { .next = TIME_NONE };

	for (size_t i = 0; d->inv && i < d->inv->nsections; i++) {
		const struct follow *f = &d->inv->sections[i].follow;
		usec next = follow_next(f);

		n.count[f->state]++;
		if (next != TIME_NONE && (n.next == TIME_NONE || next < n.next))
			n.next = next;
		if (f->state == FOLLOW_ON && (!n.interval || f->interval < n.interval))
			n.interval = f->interval;
	}
	return n;
}

const char *desk_following(char out[static PHRASE_MAX], const struct desk *d, usec now, bool wide,
                           enum role *role)
{
	struct followed n = count_followed(d);
	char when[FORMAT_MAX], ended[FORMAT_MAX] = "";
	bool counts = n.next != TIME_NONE && now != TIME_NONE;

	*role = n.count[FOLLOW_ON] ? ROLE_ACCENT : ROLE_ATTENTION;
	out[0] = '\0';
	if (!n.count[FOLLOW_ON]) {
		if (n.count[FOLLOW_HELD] || n.count[FOLLOW_STOPPED])
			snprintf(out, PHRASE_MAX, "follow %s", n.count[FOLLOW_HELD] ? "held" : "ended");
		return out;
	}
	if (n.count[FOLLOW_STOPPED])
		snprintf(ended, sizeof ended, ", %u ended", n.count[FOLLOW_STOPPED]);
	if (counts)
		next_in(when, n.next, now);
	else
		every(when, n.interval);
	if (wide)
		snprintf(out, PHRASE_MAX, "%u followed%s, %s %s", n.count[FOLLOW_ON], ended,
		         counts ? "next in" : "every", when);
	else
		snprintf(out, PHRASE_MAX, "%s %s", counts ? "next" : "every", when);
	return out;
}

bool app_counts_down(const struct app *app)
{
	return !app->still && count_followed(app->desk).next != TIME_NONE;
}

/* ---- keys ------------------------------------------------------------------------------- */

static const char *title(const struct app *app, int section)
{
	return app->workspace->sections[section]->title;
}

static void say_followed(struct app *app, int section)
{
	const struct follow *f = &app_section(app, section)->follow;
	char span[FORMAT_MAX], end[KEY_NAME_MAX], hold[KEY_NAME_MAX], forbid[KEY_NAME_MAX];

	if (f->state == FOLLOW_STOPPED)
		app_complain(app, "%s is not followed: %s; %s forbids a source here", title(app, section),
		             f->why, action_key(forbid, ACTION_CHOOSE));
	else
		app_say(app, "%s is asked for again every %s; %s ends it, %s holds it", title(app, section),
		        every(span, f->interval), action_key(end, ACTION_FOLLOW),
		        action_key(hold, ACTION_HOLD));
}

static void follow_everything(struct app *app, usec interval)
{
	struct followed n;
	char span[FORMAT_MAX];

	for (size_t i = 0; i < app->npanes; i++)
		engine_follow(app->engine, app->desk->inv, i, interval);
	n = count_followed(app->desk);
	if (!interval)
		app_say(app, "nothing is followed any more");
	else if (n.count[FOLLOW_STOPPED])
		app_complain(app, "%u of %zu sections are followed; the others say why they are not",
		             n.count[FOLLOW_ON], investigation_asked(app->desk->inv, NULL));
	else
		app_say(app, "everything is asked for again every %s", every(span, n.interval));
}

void app_follow(struct app *app, int section, usec interval)
{
	if (interval)
		app->follow_every = interval;
	if (section == NO_SECTION) {
		follow_everything(app, interval);
		return;
	}
	engine_follow(app->engine, app->desk->inv, (size_t)section, interval);
	if (interval)
		say_followed(app, section);
	else
		app_say(app, "%s is no longer followed", title(app, section));
}

void app_follow_key(struct app *app, int section)
{
	bool on = section == NO_SECTION ? count_followed(app->desk).interval > 0 :
	          follow_is_on(&app_section(app, section)->follow);

	app_follow(app, section, on ? 0 : app->follow_every ? app->follow_every : FOLLOW_USUAL);
}

void app_hold(struct app *app)
{
	struct followed n = count_followed(app->desk);
	bool hold = n.count[FOLLOW_ON] > 0;
	char key[KEY_NAME_MAX];

	for (size_t i = 0; app->desk->inv && i < app->npanes; i++)
		engine_hold(app->engine, app->desk->inv, i, hold);
	if (hold)
		app_say(app, "follow held; %s goes on", action_key(key, ACTION_HOLD));
	else if (n.count[FOLLOW_HELD])
		app_say(app, "follow goes on");
	else
		app_say(app, "nothing is followed; %s follows a section", action_key(key, ACTION_FOLLOW));
}
