#include "views/marks.h"

#include <stdio.h>
#include <string.h>

#include "views/app.h"

/* ---- what is marked ------------------------------------------------------------------- */

void marks_release(struct marks *m)
{
	for (size_t i = 0; i < MARKS; i++)
		record_copy_release(&m->at[i]);
	*m = (struct marks){ 0 };
}

static bool is_letter(char letter)
{
	return letter >= 'a' && letter <= 'z';
}

const struct record_copy *marks_get(const struct marks *m, char letter)
{
	return is_letter(letter) && m->at[letter - 'a'].def ? &m->at[letter - 'a'] : NULL;
}

const struct record_copy *marks_newest(const struct marks *m, size_t n, char *letter)
{
	for (size_t i = 0; i < MARKS; i++) {
		size_t newer = 0;

		for (size_t k = 0; k < MARKS; k++)
			newer += m->set[k] > m->set[i];
		if (!m->set[i] || newer != n)
			continue;
		*letter = (char)('a' + i);
		return &m->at[i];
	}
	return NULL;
}

bool marks_set(struct marks *m, char letter, struct record_copy *r)
{
	if (!is_letter(letter))
		return false;
	record_copy_release(&m->at[letter - 'a']);
	m->at[letter - 'a'] = *r;
	m->set[letter - 'a'] = ++m->last;
	*r = (struct record_copy)RECORD_COPY_INIT;
	return true;
}

/* ---- m and ' --------------------------------------------------------------------------- */

void app_mark(struct app *app, char letter)
{
	const struct record_copy *before = marks_get(&app->marks, letter);
	struct record_copy r = RECORD_COPY_INIT;
	char was[RECORD_REF + 12] = "", ref[RECORD_REF];
	struct err e = { 0 };
	size_t row;
	int section;

	if (before)
		snprintf(was, sizeof was, "; it was %s", before->ref);
	if (!app_record(app, &section, &row)) {
		app_complain(app, "there is no record to mark");
		return;
	}
	if (!app_take_record(app, section, row, &r, &e)) {
		app_complain(app, "%s", e.text);
		return;
	}
	memcpy(ref, r.ref, sizeof ref);
	if (marks_set(&app->marks, letter, &r))
		app_say(app, "mark %c is %s %s%s", letter, app->workspace->sections[section]->title, ref, was);
	else
		app_complain(app, "a mark is a letter from a to z");
	record_copy_release(&r);
}

/* Brings the load of that record to the front; false when it is not open. */
static bool switch_to(struct app *app, const struct record_copy *r)
{
	int at = 0;

	while (at < app->ndesks && !desk_has_case(app->desks[at], r))
		at++;
	if (at < app->ndesks && app->desks[at] != app->desk)
		app_switch(app, at);
	return at < app->ndesks;
}

static void go_to_mark(struct app *app, char letter)
{
	const struct record_copy *r = marks_get(&app->marks, letter);
	size_t row;
	int section;

	if (!r)
		app_complain(app, "nothing is marked with that; m and a letter marks a record");
	else if (!switch_to(app, r))
		app_complain(app, "%s %s is of %s, which is not open; = compares with it", r->def->title, r->ref,
		             r->of);
	else if (!app_find_record(app, r, &section, &row))
		app_complain(app, "%s %s is not in the answer any more; = compares with what it was",
		             r->def->title, r->ref);
	else
		app_show_record(app, section, row);
}

void app_mark_key(struct app *app, struct key k)
{
	enum app_await what = app->awaiting;
	char letter[4];

	app->awaiting = AWAIT_NOTHING;
	if (k.code == K_ESC || key_is(k, "^C"))
		return;
	if (key_utf8(k, letter) != 1)
		letter[0] = '\0';
	if (what == AWAIT_MARK)
		app_mark(app, letter[0]);
	else
		go_to_mark(app, letter[0]);
}

void mark_hint_draw(const struct app *app, struct canvas *c, struct rect r)
{
	const struct record_copy *mark;
	char letter;
	int x = r.x, end = r.x + r.w;

	x += canvas_puts(c, x, r.y, r.w, ROLE_DIM,
	                 app->awaiting == AWAIT_MARK ? "a letter marks this record   " :
	                 app->marks.last ? "to the mark   " : "nothing is marked; m and a letter does");
	for (size_t n = 0; x < end && (mark = marks_newest(&app->marks, n, &letter)); n++) {
		x += canvas_text(c, x, r.y, end - x, ROLE_ACCENT, &letter, 1) + 1;
		x += canvas_puts(c, x, r.y, end - x, ROLE_DIM, mark->ref) + 2;
	}
}
