#include "tests/support/fake_app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fake_case fc;

void press(const char *keys)
{
	while (*keys) {
		size_t len = strcspn(keys, " ");
		struct key k;

		assert_true(key_parse(keys, len, &k));
		app_key(&fc.app, k);
		keys += len;
		keys += *keys == ' ';
	}
}

void letters(const char *text)
{
	for (; *text; text++)
		app_key(&fc.app, key_rune((unsigned char)*text));
}

void type(const char *line)
{
	press(":");
	letters(line);
	press("Enter");
}

bool shows(const char *text)
{
	struct buf out = BUF_INIT;
	bool found;

	app_draw(&fc.app);
	assert_true(canvas_dump(&fc.app.canvas, &out));
	found = strstr(buf_str(&out), text) != NULL;
	buf_release(&out);
	return found;
}

int open_case(void **state)
{
	(void)state;
	fake_case_open(&fc, "settled");
	app_draw(&fc.app);
	return 0;
}

int close_case(void **state)
{
	(void)state;
	fake_case_close(&fc);
	return 0;
}
