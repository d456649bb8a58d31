/* The application over a scene of fake_case.c, on a real terminal.
 *
 *   screen SCENE [THEME] [--ascii] [--light] [--rows FIFO]
 *
 * tests/views/test_app_term.c drives it. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/fake_case.h"

static bool open_terminal(struct app *app, bool ascii, bool light, struct err *e)
{
	struct term_options options = {
		.theme = &app->theme, .ascii = ascii, .light = light ? THEME_LIGHT : THEME_DARK,
	};
	int w, h;

	app->term = term_open(&options, e);
	if (!app->term)
		return false;
	app->ascii = app->theme.ascii || term_ascii(app->term);
	term_size(app->term, &w, &h);
	return app_resize(app, w, h, e);
}

int main(int argc, char **argv)
{
	struct fake_case fc;
	struct err e = { 0 };
	bool ascii = false, light = false;
	const char *theme = "calm";

	setlocale(LC_CTYPE, "");
	for (int i = 2; i < argc; i++) {
		ascii = ascii || !strcmp(argv[i], "--ascii");
		light = light || !strcmp(argv[i], "--light");
		if (!strcmp(argv[i], "--rows") && argv[i + 1]) {
			fake_case_rows_from(open(argv[++i], O_RDWR | O_CLOEXEC));
			continue;
		}
		if (argv[i][0] != '-')
			theme = argv[i];
	}
	fake_case_open(&fc, argc > 1 ? argv[1] : "settled");
	fc.app.still = true;
	if (!app_theme(&fc.app, theme, &e) || !open_terminal(&fc.app, ascii, light, &e)) {
		fprintf(stderr, "screen: %s\n", e.text);
		return 2;
	}
	app_loop(&fc.app, NULL, 0);
	term_close(fc.app.term);
	fake_case_close(&fc);
	return 0;
}
