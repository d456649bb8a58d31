#include "tui/theme.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sections/config.h"
#include "tests/support/golden.h"

static struct theme theme;

static struct theme_mode mode(enum theme_depth depth, short colours, bool light)
{
	return (struct theme_mode){ .depth = depth, .colours = colours, .light = light };
}

static void looks(unsigned style, struct theme_mode m, unsigned attrs, short colour)
{
	struct look look = theme_look(&theme, style, &m);

	assert_int_equal(look.attrs, attrs);
	assert_int_equal(look.colour, colour);
}

static void parses(const char *text)
{
	struct err e = { 0 };

	if (!theme_parse(&theme, text, strlen(text), "x.yaml", &e))
		fail_msg("%s", e.text);
}

static void refuses(const char *text, const char *reason)
{
	struct theme before;
	struct err e = { 0 };

	theme_init(&theme);
	before = theme;
	assert_false(theme_parse(&theme, text, strlen(text), "x.yaml", &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	if (!strstr(e.text, reason))
		fail_msg("\"%s\" lacks \"%s\"", e.text, reason);
	assert_memory_equal(&theme, &before, sizeof(theme));
}

static void test_without_a_file(void **state)
{
	(void)state;
	theme_init(&theme);
	looks(ROLE_FOCUS, mode(THEME_256, 256, false), ATTR_REVERSE, -1);
	looks(ROLE_TEXT, mode(THEME_MONO, 0, true), 0, -1);
	looks(ROLE_TEXT | ATTR_BOLD, mode(THEME_MONO, 0, true), ATTR_BOLD, -1);
	looks(250, mode(THEME_MONO, 0, true), 0, -1);
}

static void test_depths(void **state)
{
	(void)state;
	parses("roles: { bad: { mono: [reverse, bold], 16: bright_red, 256: [210, 124] } }");
	looks(ROLE_BAD, mode(THEME_MONO, 0, false), ATTR_REVERSE | ATTR_BOLD, -1);
	looks(ROLE_BAD, mode(THEME_16, 16, false), 0, 9);
	looks(ROLE_BAD, mode(THEME_16, 8, false), 0, 1);
	looks(ROLE_BAD, mode(THEME_256, 256, false), 0, 210);
	looks(ROLE_BAD, mode(THEME_256, 256, true), 0, 124);
}

static void test_richer_depths_follow_poorer_ones(void **state)
{
	(void)state;
	parses("roles: { bad: { mono: underline }, dim: { 16: [cyan, bold] }, key: { 256: 7 } }");
	looks(ROLE_BAD, mode(THEME_256, 256, true), ATTR_UNDERLINE, -1);
	looks(ROLE_DIM, mode(THEME_256, 256, true), ATTR_BOLD, 6);
	looks(ROLE_DIM, mode(THEME_MONO, 0, true), 0, -1);
	looks(ROLE_KEY, mode(THEME_16, 16, true), 0, -1);
	looks(ROLE_KEY, mode(THEME_256, 256, true), 0, 7);
	looks(ROLE_FOCUS, mode(THEME_256, 256, true), ATTR_REVERSE, -1);
}

static void test_attributes_beside_a_pair(void **state)
{
	(void)state;
	parses("glyphs: ascii\nroles: { badge: { 256: [176, 90, reverse] } }");
	assert_true(theme.ascii);
	looks(ROLE_BADGE, mode(THEME_256, 256, false), ATTR_REVERSE, 176);
	looks(ROLE_BADGE, mode(THEME_256, 256, true), ATTR_REVERSE, 90);
}

static void test_errors_name_their_place(void **state)
{
	(void)state;
	refuses("roles:\n  bda: { mono: bold }\n", "x.yaml:2:3: unknown role \"bda\"");
	refuses("roles:\n  bad: { mono: blink }\n", "x.yaml:2:16: unknown attribute \"blink\"");
	refuses("roles:\n  bad: { 16: pink }\n", "x.yaml:2:14: unknown attribute or colour \"pink\"");
	refuses("roles:\n  bad: { 256: 256 }\n", "x.yaml:2:15: unknown attribute or colour");
	refuses("roles:\n  bad: { 256: red }\n", "x.yaml:2:15");
	refuses("roles:\n  bad: { 256: [1, 2, 3] }\n", "two colours at most");
	refuses("roles:\n  bad: { 88: red }\n", "x.yaml:2:10: unknown key \"88\"");
	refuses("roles:\n  bad: red\n", "a role is a map");
	refuses("roles:\n  bad: { 16: { a: b } }\n", "a look is a word");
	refuses("colors: {}\n", "x.yaml:1:1: unknown key \"colors\"");
	refuses("glyphs: fancy\n", "glyphs is utf8 or ascii");
	refuses("selection: all\n", "selection is mark or row");
	refuses("[]", "a theme is a map");
	refuses("roles: { bad: { mono: \"\x1b[2J\" }", "x.yaml");
}

static struct theme_mode from(const char *term, const char *no_color, const char *fgbg, int colours)
{
	return theme_mode(&(struct theme_env){ .term = term, .no_color = no_color, .colorfgbg = fgbg,
	                                       .colours = colours });
}

static void test_environment(void **state)
{
	(void)state;
	assert_int_equal(from("xterm", NULL, NULL, 8).depth, THEME_16);
	assert_int_equal(from("xterm-256color", NULL, NULL, 256).depth, THEME_256);
	assert_int_equal(from("xterm-direct", NULL, NULL, 1 << 24).colours, 256);
	assert_int_equal(from("xterm-mono", NULL, NULL, -1).depth, THEME_MONO);
	assert_int_equal(from("xterm-256color", "1", NULL, 256).depth, THEME_MONO);
	assert_int_equal(from("xterm-256color", "", NULL, 256).depth, THEME_256);
	assert_true(from("linux", NULL, NULL, 8).ascii);
	assert_true(from("vt220", NULL, NULL, -1).ascii);
	assert_true(from("dumb", NULL, NULL, -1).ascii);
	assert_true(from(NULL, NULL, NULL, -1).ascii);
	assert_false(from("screen.linux", NULL, NULL, 8).ascii);
	assert_false(from("tmux-256color", NULL, NULL, 256).ascii);
}

static void test_light(void **state)
{
	struct theme_env env = { .term = "xterm", .colours = 8, .colorfgbg = "0;15" };

	(void)state;
	assert_true(from("xterm", NULL, "0;default;7", 8).light);
	assert_true(from("xterm", NULL, "0;15", 8).light);
	assert_false(from("xterm", NULL, "15;0", 8).light);
	assert_false(from("xterm", NULL, "15;8", 8).light);
	assert_false(from("xterm", NULL, "15", 8).light);
	assert_false(from("xterm", NULL, "0;default", 8).light);
	assert_false(from("xterm", NULL, NULL, 8).light);
	env.light = THEME_DARK;
	assert_false(theme_mode(&env).light);
	env.light = THEME_LIGHT;
	env.colorfgbg = NULL;
	assert_true(theme_mode(&env).light);
}

static void loads(const char *path)
{
	struct err e = { 0 };
	struct doc *doc = doc_load(path, &e);

	if (!doc || !theme_read(&theme, doc_root(doc), &e))
		fail_msg("%s", e.text);
	doc_free(doc);
}

static const struct shipped {
	const char *path;
	double least;            /* contrast; 0 = no colours at all */
} shipped[] = {
	{ "themes/calm.yaml", 4.9 }, { "themes/contrast.yaml", 7 }, { "themes/cvd.yaml", 4.9 },
	{ "themes/mono.yaml", 0 }, { "themes/ascii.yaml", 0 },
};

enum { SHIPPED = sizeof(shipped) / sizeof(*shipped) };

/* The selection is seen under every theme, and no theme paints plain text. */
static void test_shipped_themes(void **state)
{
	(void)state;
	for (int i = 0; i < SHIPPED; i++) {
		loads(shipped[i].path);
		assert_int_equal(theme.ascii, i == SHIPPED - 1);
		for (int d = 0; d < THEME_DEPTH_COUNT; d++) {
			struct theme_mode m = mode((enum theme_depth)d, 256, false);

			assert_true(theme_look(&theme, ROLE_FOCUS, &m).attrs & ATTR_REVERSE);
			assert_int_equal(theme_look(&theme, ROLE_FOCUS, &m).colour, -1);
			looks(ROLE_TEXT, mode((enum theme_depth)d, 256, true), 0, -1);
		}
	}
	loads("themes/calm.yaml");
	looks(ROLE_BAD, mode(THEME_256, 256, true), 0, 124);
	looks(ROLE_BAD, mode(THEME_MONO, 0, false), ATTR_REVERSE, -1);
}

/* --- contrast: WCAG 2, over xterm's palette --- */

/* Relative luminance of 0xrrggbb. */
static double luminance(unsigned rgb)
{
	static const double weights[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;

		sum += weights[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(unsigned a, unsigned b)
{
	double la = luminance(a), lb = luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

/* The cube and the greys; the first 16 are whatever the user made of them. */
static unsigned palette(short colour)
{
	static const unsigned levels[] = { 0, 95, 135, 175, 215, 255 };
	unsigned n = (unsigned)colour - 16, grey = 8 + 10 * (n - 216);

	if (n >= 216)
		return grey << 16 | grey << 8 | grey;
	return levels[n / 36] << 16 | levels[n / 6 % 6] << 8 | levels[n % 6];
}

static void test_the_measure_of_contrast(void **state)
{
	(void)state;
	assert_true(fabs(contrast(0x000000, 0xffffff) - 21) < 0.001);
	assert_true(fabs(contrast(0x777777, 0xffffff) - 4.48) < 0.01);
	assert_int_equal(palette(16), 0x000000);
	assert_int_equal(palette(110), 0x87afd7);
	assert_int_equal(palette(231), 0xffffff);
	assert_int_equal(palette(246), 0x949494);
}

static void check_contrast(const struct shipped *s, enum role role, bool light)
{
	static const unsigned backgrounds[2][3] = {
		{ 0x000000, 0x1e1e1e, 0x002b36 },        /* the last: Solarized */
		{ 0xffffff, 0xfdf6e3, 0xffffff },
	};
	struct theme_mode m = mode(THEME_256, 256, light);
	short colour = theme_look(&theme, role, &m).colour;

	if (colour == -1)
		return;
	if (colour < 16)
		fail_msg("%s, role %d: nobody knows what colour %d looks like", s->path, role, colour);
	for (int i = 0; i < 3; i++) {
		double ratio = contrast(palette(colour), backgrounds[light][i]);

		if (ratio < s->least)
			fail_msg("%s, role %d: %d on #%06x is %.2f:1, %.1f:1 is needed", s->path, role, colour,
			         backgrounds[light][i], ratio, s->least);
	}
}

/* Reverse video swaps the two colours: the ratio is the same. */
static void test_contrast_on_every_background(void **state)
{
	(void)state;
	for (int i = 0; i < SHIPPED; i++) {
		loads(shipped[i].path);
		for (int role = 0; role < ROLE_COUNT; role++)
			for (int light = 0; light < 2; light++) {
				struct theme_mode m = mode(THEME_256, 256, light);

				if (shipped[i].least > 0)
					check_contrast(&shipped[i], (enum role)role, light);
				else
					assert_int_equal(theme_look(&theme, (unsigned)role, &m).colour, -1);
			}
	}
}

/* Who sees no hues still tells these apart, at any depth. */
static void test_no_hue_carries_a_meaning_alone(void **state)
{
	static const char *const paths[] = { "themes/cvd.yaml", "themes/contrast.yaml" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		loads(paths[i]);
		for (int d = 0; d < THEME_DEPTH_COUNT; d++) {
			struct theme_mode m = mode((enum theme_depth)d, 256, true);
			unsigned text = theme_look(&theme, ROLE_TEXT, &m).attrs;
			unsigned attention = theme_look(&theme, ROLE_ATTENTION, &m).attrs;
			unsigned bad = theme_look(&theme, ROLE_BAD, &m).attrs;

			assert_true(text != attention && text != bad && attention != bad);
			assert_int_not_equal(theme_look(&theme, ROLE_FALLBACK, &m).attrs, text);
		}
	}
}

/* ---- every look of every theme -------------------------------------------------------------- */

static void put_look(struct buf *out, unsigned role, const struct theme_mode *m)
{
	struct look l = theme_look(&theme, role, m);
	char attrs[4] = "---";

	attrs[0] = l.attrs & ATTR_REVERSE ? 'r' : '-';
	attrs[1] = l.attrs & ATTR_BOLD ? 'b' : '-';
	attrs[2] = l.attrs & ATTR_UNDERLINE ? 'u' : '-';
	if (l.colour < 0)
		buf_printf(out, "  %s    ", attrs);
	else
		buf_printf(out, "  %s %-3d", attrs, l.colour);
}

static void put_theme(struct buf *out, const char *name)
{
	static const char *const words[] = {
#define X(role, word, letter, mono, use) word,
		ROLES(X)
#undef X
	};
	const struct theme_mode modes[] = {
		mode(THEME_MONO, 0, false), mode(THEME_16, 8, false), mode(THEME_16, 16, false),
		mode(THEME_256, 256, false), mode(THEME_256, 256, true),
	};

	buf_printf(out, "%-14s mono     8        16       256      256 light\n", name);
	for (unsigned role = 0; role < ROLE_COUNT; role++) {
		buf_printf(out, "  %-11s", words[role]);
		for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
			put_look(out, role, &modes[m]);
		while (out->len && out->data[out->len - 1] == ' ')
			out->data[--out->len] = '\0';
		buf_putc(out, '\n');
	}
}

/* Screens are kept as roles (tests/screens/NAME-roles.txt); with this, as every theme
 * shows them. r reverse, b bold, u underline, the colour's number. */
static void test_every_look(void **state)
{
	static const char *const names[] = { "calm", "contrast", "cvd", "mono", "ascii" };
	struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[40];
		const struct embedded *file;
		struct err e = { 0 };

		snprintf(path, sizeof path, "themes/%s.yaml", names[i]);
		file = embedded_find(path);
		assert_non_null(file);
		theme_init(&theme);
		assert_true(theme_parse(&theme, file->data, file->len, path, &e));
		put_theme(&out, names[i]);
	}
	golden_compare("themes", &out);
	golden_finish();
	buf_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_file),
		cmocka_unit_test(test_depths),
		cmocka_unit_test(test_richer_depths_follow_poorer_ones),
		cmocka_unit_test(test_attributes_beside_a_pair),
		cmocka_unit_test(test_errors_name_their_place),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_light),
		cmocka_unit_test(test_shipped_themes),
		cmocka_unit_test(test_the_measure_of_contrast),
		cmocka_unit_test(test_contrast_on_every_background),
		cmocka_unit_test(test_no_hue_carries_a_meaning_alone),
		cmocka_unit_test(test_every_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
