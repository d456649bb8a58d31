/* The keys that copy and print: y and a letter, Y. */
#include <stdio.h>
#include <string.h>

#include "views/app.h"
#include "views/clip.h"
#include "views/copy.h"
#include "views/words.h"

/* The last attempt that was sent, when no answer has one. */
static const struct attempt *asked(const struct section *s)
{
	const struct attempt *a = answering_attempt(s);

	for (size_t i = s->ntrail; !a && i > 0; i--)
		if (s->trail[i - 1]->sent)
			a = s->trail[i - 1];
	return a;
}

struct copy_what app_selected(struct app *app)
{
	struct view *v = app_view(app);
	struct copy_what w = {
		.config = app->config,
		.inv = app->desk->inv,
		.section = app_section(app, app_focus(app)),
		.demo = app->demo,
	};

	if (w.section)
		w.attempt = asked(w.section);
	if (v->ops->copy)
		v->ops->copy(v, &w);
	return w;
}

void app_copy(struct app *app, enum copy_form form)
{
	struct copy_what what = app_selected(app);
	struct err e = { 0 };
	const char *way;

	buf_clear(&app->copied);
	if (!copy_render(&what, form, &app->copied, &e)) {
		buf_clear(&app->copied);
		app_complain(app, "%s", e.text);
	} else if (clip_put(app->term, app->copied.data, app->copied.len, &way, &e)) {
		app_say(app, "copied %zu bytes by %s: %s", app->copied.len, way, copy_form_info(form)->word);
	} else {
		app_complain(app, "%zu bytes, %s: Y prints it", app->copied.len, e.text);
	}
}

void app_copy_key(struct app *app, struct key k)
{
	char letter[4];
	size_t len = key_utf8(k, letter);
	enum copy_form form = len == 1 ? copy_form_find(letter, 1) : COPY_FORM_COUNT;

	app->awaiting = AWAIT_NOTHING;
	if (form != COPY_FORM_COUNT)
		app_copy(app, form);
	else if (k.code != K_ESC && !key_is(k, "^C"))
		app_say(app, "y copies with one of the letters v r j p l m q c");
}

/* What was copied may hold bytes that no terminal should get. */
static void print(struct term *term, const struct buf *copied)
{
	struct buf safe = BUF_INIT;
	const char *s = buf_str(copied), *end = s + copied->len;

	while (s < end) {
		const char *stop = s;

		while (stop < end && *stop != '\n' && *stop != '\t')
			stop++;
		buf_put_safe(&safe, s, (size_t)(stop - s));
		if (stop < end)
			buf_putc(&safe, *stop++);
		s = stop;
	}
	term_print(term, buf_str(&safe), safe.len);
	buf_release(&safe);
}

void app_print(struct app *app)
{
	struct copy_what what = app_selected(app);
	struct err e = { 0 };

	if (!app->copied.len && !copy_plain(&what, &app->copied, &e)) {
		buf_clear(&app->copied);
		app_complain(app, "%s", e.text);
		return;
	}
	if (app->term)
		print(app->term, &app->copied);
	app_say(app, "printed %zu bytes", app->copied.len);
}

void copy_hint_draw(struct canvas *c, struct rect r)
{
	int x = r.x, end = r.x + r.w;

	for (unsigned f = 0; f < COPY_FORM_COUNT; f++) {
		const struct copy_form_info *info = copy_form_info((enum copy_form)f);
		char letter[2] = { info->letter };
		int need = (int)strlen(info->word) + 2;

		if (x + need > end)
			break;
		canvas_puts(c, x, r.y, 1, ROLE_ACCENT, letter);
		canvas_puts(c, x + 2, r.y, end - x - 2, ROLE_DIM, info->word);
		x += need + 2;
	}
}
