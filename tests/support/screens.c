#include "tests/support/screens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/golden.h"

static const struct { unsigned flag; int w, h; bool ascii, roles; const char *suffix; } forms[] = {
	{ SMALL, 80, 24, false, false, "80x24" },
	{ MEDIUM, 120, 40, false, false, "120x40" },
	{ LARGE, 200, 60, false, false, "200x60" },
	{ NARROW, 50, 18, false, false, "50x18" },
	{ TINY, 28, 7, false, false, "28x7" },
	{ SPECK, 9, 2, false, false, "9x2" },
	{ ASCII, 80, 24, true, false, "80x24-ascii" },
	{ ROLES, 80, 24, false, true, "80x24-roles" },
};

void screens_press(struct app *app, const char *keys)
{
	while (*keys) {
		size_t len = strcspn(keys, " ");
		struct key key;

		if (*keys == '\'') {
			for (keys++; *keys != '\''; keys++)
				app_key(app, key_rune((unsigned char)*keys));
			len = 1;
		} else {
			assert_true(key_parse(keys, len, &key));
			app_key(app, key);
		}
		keys += len;
		keys += *keys == ' ';
	}
}

static void compare(struct app *app, const char *screen, size_t form)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	char name[80];

	app->ascii = forms[form].ascii;
	assert_true(app_resize(app, forms[form].w, forms[form].h, &e));
	app_update(app);
	app_draw(app);
	/* A frame is a function of the state: drawing again changes nothing. */
	app_draw(app);
	assert_true(forms[form].roles ? canvas_dump_roles(&app->canvas, &out)
	                              : canvas_dump(&app->canvas, &out));
	snprintf(name, sizeof name, "%s-%s", screen, forms[form].suffix);
	golden_compare(name, &out);
	buf_release(&out);
}

void screens_compare(struct app *app, const char *name, unsigned sizes)
{
	for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++)
		if (sizes & forms[f].flag)
			compare(app, name, f);
}
