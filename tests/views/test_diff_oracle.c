/* The DIFF oracle: the same walk through every pane, popup and message, once over a
 * hostile extract and once over the same with every hostile unit replaced by x. What
 * steers the terminal must be the same, whatever the sources say; and the hostile walk
 * must have shown each of the texts, as tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/text.h"
#include "tests/support/command_run.h"
#include "tests/support/fault_server.h"
#include "tests/support/hostile_extract.h"
#include "tests/support/process.h"
#include "tests/support/sequences.h"
#include "tests/support/vterm_pty.h"

/* ---- the walk ------------------------------------------------------------------------------- */

struct step {
	const char *keys;
	const char *shows;      /* is on the screen then, or it was another way; NULL = anything */
	bool later;             /* is awaited: it comes from outside, or on the bare screen */
};

/* A new view, popup or message is a line here. */
static const struct step steps[] = {
	/* Every section; its records, one of them as sent, its origin. */
	{ "0", "OVERVIEW" }, { "1", "LOAD" }, { "\r", NULL }, { "jjjjjjjjjj", NULL }, { "G", NULL }, { "q", NULL }, { "p", NULL }, { "jjjj", NULL },
	{ "q", NULL }, { "s", NULL }, { "s", NULL }, { "q", NULL }, { "2", "NETWORK" }, { "p", NULL }, { "q", NULL },
	{ "3", "CREATION" }, { "p", NULL }, { "q", NULL }, { "4", "CARRIER FILES" }, { "\r", NULL }, { "s", NULL }, { "q", NULL },
	{ "q", NULL }, { "5", "CALLBACKS" }, { "jjjj", NULL }, { "\r", NULL }, { "j", NULL }, { "l", NULL }, { "j", NULL },
	{ "s", NULL }, { "jjj", NULL }, { "s", NULL }, { "q", NULL }, { "q", NULL }, { "5", "CALLBACKS" }, { "G", NULL }, { "kk", NULL },
	{ "lll", NULL }, { "hhh", NULL }, { "z", NULL }, { "g", NULL }, { "G", NULL }, { "z", NULL }, { "6", "OCEAN EVENTS" }, { "j", NULL },
	{ "\r", NULL }, { "s", NULL }, { "q", NULL }, { "q", NULL }, { "7", "LOGS" }, { "jj", NULL }, { "\r", NULL }, { "s", NULL },
	{ "s", NULL }, { "q", NULL }, { "q", NULL }, { "G", NULL }, { "p", NULL }, { "G", NULL }, { "q", NULL },
	/* Finding, filtering, ordering. */
	{ "5", "CALLBACKS" }, { "/", NULL }, { "P0", NULL }, { "\r", NULL }, { "nnn", NULL }, { "N", NULL },
	{ "/nowhere\r", NULL }, { "//P0[13]\r", NULL }, { "n", NULL }, { "/\xe2\x80\xae\r", NULL }, { "\x1b", NULL },
	{ "&", NULL }, { "P04", NULL }, { "\r", "CALLBACKS" }, { "\x1b", NULL }, { "&!P04\r", NULL }, { "G", NULL }, { "\x1b", NULL },
	{ "&frob=\r", NULL }, { "\x1b", NULL }, { "\x1b", NULL }, { "&/P0[135]/\r", NULL }, { "\x1b", NULL },
	{ "lll", NULL }, { "o", NULL }, { "o", NULL }, { "O", NULL }, { ":sort -error\r", NULL }, { ":sort nothing\r", NULL },
	/* Time. */
	{ "8", "TIMELINE" }, { "jjj", NULL }, { "+", NULL }, { "+", NULL }, { "-", NULL }, { "-", NULL }, { "G", NULL },
	{ ":timeline lanes c\r", NULL }, { ":timeline lanes all\r", NULL }, { "\r", NULL }, { "q", NULL },
	/* Copies by OSC 52, and on the bare screen. */
	{ "5", "CALLBACKS" }, { "g", NULL }, { "lllll", NULL }, { "y", "m markdown" }, { "v", NULL }, { "yr", NULL },
	{ "yj", NULL }, { "yp", "bytes by OSC 52" }, { "yl", "bytes by OSC 52" }, { "ym", NULL },
	{ "yq", NULL }, { "yc", NULL }, { "jjj", NULL }, { "yv", NULL }, { "yr", NULL }, { "ym", NULL }, { "0", NULL }, { "yl", NULL }, { "5", NULL },
	{ "1", "LOAD" }, { "Y", "a key goes back", true }, { " ", "LOAD" },
	/* Two records side by side, marks, related records, the way back. */
	{ "5", "CALLBACKS" }, { "g", NULL }, { "=", NULL }, { " ", NULL }, { "G", NULL }, { "=", NULL }, { "yr", NULL },
	{ "yj", NULL }, { "ym", NULL }, { "q", NULL }, { "m", NULL }, { "a", NULL }, { "6", "OCEAN EVENTS" }, { "=", NULL }, { "=", NULL },
	{ "=", NULL }, { " ", NULL }, { "q", NULL }, { "L", NULL }, { "j", NULL }, { "\r", NULL }, { "4", NULL }, { "L", NULL },
	{ "j", NULL }, { "\r", NULL }, { "1", NULL }, { "L", NULL }, { "q", NULL }, { "'", NULL }, { "a", NULL }, { "[", NULL }, { "[", NULL },
	{ "[", NULL }, { "]", NULL }, { ":diff a\r", NULL }, { ":mark b\r", NULL }, { ":related\r", NULL }, { "0", "OVERVIEW" },
	{ ":mark \xe2\x80\xae\r", NULL }, { ":diff z\r", NULL },
	/* Commands of the user's own: what they are given, what they say. */
	{ "1", "LOAD" }, { ":say\r", "spoken", true }, { "q", NULL }, { ":ask\r", "[HP01" }, { "n", NULL }, { ":absent\r", NULL }, { "\x1b", NULL }, { "q", NULL },
	/* Finding in lists. */
	{ ":log\r", NULL }, { "/P0\r", NULL }, { "&source:rewind\r", NULL }, { "\x1b", NULL }, { "\x1b", NULL }, { "q", NULL },
	/* What belongs to all; messages; looks. */
	{ "F", NULL }, { "jj", NULL }, { "q", NULL }, { "w", NULL }, { "G", NULL }, { "q", NULL }, { "e", NULL }, { "e", NULL },
	{ "E", NULL }, { ":log\r", NULL }, { "G", NULL }, { "\r", NULL }, { "G", NULL }, { "q", NULL }, { "q", NULL },
	{ ":sources\r", NULL }, { "jj", NULL }, { "\r", NULL }, { "q", NULL }, { "q", NULL }, { "?", "HELP" }, { "G", NULL }, { "q", NULL },
	{ ":keys\r", NULL }, { "q", NULL }, { ":config\r", NULL }, { "G", NULL }, { "q", NULL }, { "t", NULL }, { "[", NULL }, { "]", NULL },
	{ "0", "OVERVIEW" }, { "\t", NULL }, { ":source \x0f x\r", NULL }, { ":section none\r", NULL }, { ":frobnicate\r", NULL },
	{ ":", NULL }, { "so", NULL }, { "\x1b", NULL }, { ":open \xe2\x80\xae", NULL }, { "\x1b", NULL },
	{ ":mouse on\r", NULL }, { ":mouse off\r", NULL }, { ":ascii\r", NULL }, { "5", NULL }, { ":ascii\r", NULL },
	{ ":theme ~/contrast.yaml\r", NULL }, { "5", NULL }, { "\r", NULL }, { "q", NULL }, { ":theme ~/cvd.yaml\r", NULL }, { "7", NULL }, { "8", NULL },
	{ ":theme ~/mono.yaml\r", NULL }, { "1", NULL }, { "0", NULL }, { ":theme ~/calm.yaml\r", NULL }, { ":theme none\r", NULL },
	/* Several loads; following; asking again. */
	{ "5", NULL }, { "a", NULL }, { "a", NULL }, { ":open 999\r", NULL }, { "b", NULL }, { "q", NULL }, { "{", NULL }, { "}", NULL },
	{ ":close\r", NULL }, { "0", "OVERVIEW" }, { "r", NULL }, { "R", NULL }, { "X", NULL },
};
enum { STEPS = sizeof steps / sizeof *steps };

/* Tokens look like text, so that styles cannot tell the two walks apart. */
static const char plain_tokens[] = "  token: { mono: normal, 16: normal, 256: normal }\n";

static char home[200];

/* ---- one walk --------------------------------------------------------------------------------- */

enum { TEXTS_MAX = 40, FORM_MAX = 12 };

struct walk {
	struct buf seen, log;
	struct buf copied;
	bool shown[TEXTS_MAX];          /* which of the texts were on a screen */
};

static void check_none(const struct buf *b, const char *const *never, bool malformed, const char *where)
{
	for (size_t i = 0; i < hostile_count; i++)
		if (!(malformed && text_malformed(hostile_texts[i].text, hostile_texts[i].len)) &&
		    memmem(b->data, b->len, hostile_texts[i].text, hostile_texts[i].len))
			fail_msg("text %zu is %s as it came", i, where);
	for (; *never; never++)
		if (memmem(b->data, b->len, *never, strlen(*never)))
			fail_msg("canary %s is %s", *never, where);
}

/* None of the cells as it came, and no byte of theirs that no text of ours has. */
static void check_canaries(const struct walk *w)
{
	static const char *const never[] = { "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x7f", "\v", "\f",
		"\xc2\x9b", "\xc2\x9d", "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x81\xa6", "\xf3\xa0\x81\x81",
		"\xef\xbb\xbf", "\xc2\xad", "\xff", "\xfe", "\xc0", "\xed\xa0", "\x1b[2J\x1b[HP0", NULL };

	check_none(&w->log, never, false, "in the output");
	/* What is no text for the clipboard. */
	assert_null(strstr(buf_str(&w->seen), "[escape 1b]"));
	assert_null(strstr(buf_str(&w->seen), "[control 07"));
}

/* What was copied steers nothing where it is pasted; malformed bytes stay (P06). */
static void check_copied(const struct walk *w)
{
	static const char *const never[] = { "\x1b", "\x07", "\b", "\r", "\x7f", "\v", "\f", "\x0e", "\x0f", "\xc2\x9b",
		"\xc2\x9d", "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x81\xa6", "\xf3\xa0\x81\x81", "\xef\xbb\xbf", NULL };

	assert_non_null(strstr(buf_str(&w->copied), HOSTILE_LOAD "/callbacks"));
	check_none(&w->copied, never, true, "on the clipboard");
}

/* What shows that a text is on the screen: its first token, and a few columns more; of
 * the harmless one, what stands in its place. */
static void form_of(const struct hostile *h, bool hostile, char out[static FORM_MAX])
{
	const char *in = h->text, *end = in + h->len;
	size_t n = 0, used;
	struct glyph g;

	for (; in < end; in += used) {
		used = text_next(in, (size_t)(end - in), &g);
		if (n == 0 && !g.token)
			continue;
		if (n + g.len >= FORM_MAX)
			break;
		if (g.token && !hostile)
			memset(out + n, 'x', g.len);
		else
			memcpy(out + n, g.utf8, g.len);
		n += g.len;
	}
	out[n] = '\0';
}

static void look(struct vterm_pty *pty, struct walk *w, bool hostile)
{
	char form[FORM_MAX];

	for (size_t i = 0; i < hostile_count; i++) {
		if (w->shown[i])
			continue;
		form_of(&hostile_texts[i], hostile, form);
		w->shown[i] = vterm_pty_shows(pty, form);
	}
}

static void take_step(struct vterm_pty *pty, const struct step *s)
{
	struct buf screen = BUF_INIT;
	bool ok = s->later ? vterm_pty_send(pty, s->keys, strlen(s->keys)) && vterm_pty_wait_text(pty, s->shows)
	                    : vterm_pty_type(pty, s->keys) && (!s->shows || vterm_pty_shows(pty, s->shows));

	if (ok)
		return;
	vterm_pty_text(pty, &screen);
	fail_msg("step %zu, '%s': no %s on\n%s", (size_t)(s - steps), s->keys, s->shows ? s->shows : "sleep", buf_str(&screen));
}

static struct vterm_pty *start_walk(const char *more, int width, int height)
{
	char config[260], look_path[260], program[300], home_is[220];
	const char *build = getenv("SEXTANT_BUILD");
	const char *const argv[] = { program, "--config", config, "--theme", look_path, "--still", more, HOSTILE_LOAD, NULL };
	const char *const env[] = { home_is, NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = width, .h = height };
	struct vterm_pty *pty;

	snprintf(config, sizeof config, "%s/test.yaml", home);
	snprintf(look_path, sizeof look_path, "%s/look.yaml", home);
	snprintf(home_is, sizeof home_is, "HOME=%s", home);
	snprintf(program, sizeof program, "%s/sextant", build ? build : "build");
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_wait_idle(pty));
	return pty;
}

static void walk(struct walk *w, bool hostile, const char *more, int width, int height)
{
	struct vterm_pty *pty = start_walk(more, width, height);
	int status;

	*w = (struct walk){ .seen = BUF_INIT };
	for (size_t i = 0; i < STEPS; i++) {
		take_step(pty, &steps[i]);
		look(pty, w, hostile);
	}
	assert_int_equal(vterm_pty_modes(pty).titles + vterm_pty_modes(pty).answers, 0);
	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	buf_put(&w->log, vterm_pty_log(pty)->data, vterm_pty_log(pty)->len);
	vterm_pty_free(pty);
	sequences_of(&w->log, &w->seen, &w->copied);
	check_canaries(w);
	check_copied(w);
}

/* Every line of one is in the other. */
static void check_within(const struct buf *inner, const struct buf *outer, const char *what)
{
	char line[220];

	for (const char *at = buf_str(inner); *at; at += strcspn(at, "\n") + 1) {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n") + 1, at);
		if (!strstr(buf_str(outer), line))
			fail_msg("only with %s text: %s", what, line);
	}
}

static void compare(const struct walk *bad, const struct walk *good)
{
	assert_true(bad->seen.len > 100);
	check_within(&bad->seen, &good->seen, "hostile");
	check_within(&good->seen, &bad->seen, "harmless");
}

static void release(struct walk *w)
{
	buf_release(&w->seen);
	buf_release(&w->log);
	buf_release(&w->copied);
}

/* ---- what the sources say --------------------------------------------------------------------- */

static struct hostile *harmless;       /* the same cells, replaced */

static void write_extract(const struct hostile *cells)
{
	char path[260];

	snprintf(path, sizeof path, "%s/extract.db", home);
	remove(path);
	hostile_extract(home, cells, hostile_count, hostile_count);
}

/* Which of the texts, from a number of the catalogue on, were on screens of both walks. */
static bool shown[TEXTS_MAX];

/* Both walks, at two sizes. */
static void diff(void (*prepare)(const struct hostile *cells), const char *more)
{
	static const struct { int w, h; } sizes[] = { { 120, 40 }, { 80, 24 } };

	memset(shown, 0, sizeof shown);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct walk bad, good;

		prepare(hostile_texts);
		walk(&bad, true, more, sizes[i].w, sizes[i].h);
		prepare(harmless);
		walk(&good, false, more, sizes[i].w, sizes[i].h);
		compare(&bad, &good);
		for (size_t k = 0; k < hostile_count; k++)
			shown[k] |= bad.shown[k] && good.shown[k];
		release(&bad);
		release(&good);
	}
}

/* "P03" is in the text. */
static void check_shown(const char *number)
{
	unsigned n = 0;

	for (size_t i = 0; i < hostile_count; i++) {
		if (!memmem(hostile_texts[i].text, hostile_texts[i].len, number, 3))
			continue;
		n++;
		if (!shown[i])
			fail_msg("text %zu (%s) was on no screen", i, number);
	}
	assert_true(n > 0);
}

/* P01 to P07 in cells: in tables, records, payloads, the header, the rail. The walks are
 * taken once for all numbers. */
static void check_cells(const char *number)
{
	static bool walked[TEXTS_MAX];
	static bool done;

	if (!done) {
		hostile_config(home, "athena trino ocean", NULL);
		diff(write_extract, "--ascii");
		diff(write_extract, "--dark");
		memcpy(walked, shown, sizeof walked);
		done = true;
	}
	memcpy(shown, walked, sizeof shown);
	check_shown(number);
}

static void test_P01_cells_that_steer(void **state)
{
	(void)state;
	check_cells("P01");
}

static void test_P02_cells_that_are_strings_for_terminals(void **state)
{
	(void)state;
	check_cells("P02");
}

static void test_P03_cells_with_controls_of_eight_bits(void **state)
{
	(void)state;
	check_cells("P03");
}

static void test_P04_cells_that_move_the_cursor(void **state)
{
	(void)state;
	check_cells("P04");
}

static void test_P05_cells_that_hide(void **state)
{
	(void)state;
	check_cells("P05");
}

static void test_P06_cells_that_are_no_utf8(void **state)
{
	(void)state;
	check_cells("P06");
}

static void test_P07_cells_with_floods_of_marks(void **state)
{
	(void)state;
	check_cells("P07");
}

static void break_tables(const struct hostile *cells)
{
	static const char *const tables[] = { "callbacks_v2", "distributed_logs", "fact_carrier_record_logs",
		"load_validation_data_mart", NULL };

	write_extract(cells);
	hostile_break(home, tables, &cells[2]);
}

/* P08 in what a source's error quotes: a name that does not exist. */
static void test_P08_errors(void **state)
{
	(void)state;
	hostile_config(home, "athena trino ocean", NULL);
	diff(break_tables, "--dark");
	assert_true(shown[2]);
}

static struct fault_server server;
static struct buf answer = BUF_INIT;
static struct fault_step script[2];

static void serve_refusal(const struct hostile *cells)
{
	char more[200];

	write_extract(cells);
	if (server.port)
		fault_stop(&server);
	buf_clear(&answer);
	buf_puts(&answer, "HTTP/1.1 500 ");
	buf_put(&answer, cells[1].text, cells[1].len);
	buf_puts(&answer, "\r\nConnection: close\r\nX-ClickHouse-Exception-Code: 62\r\n\r\nCode: 62. DB::Exception: ");
	for (size_t i = 0; i < hostile_count; i++)
		buf_put(&answer, cells[i].text, cells[i].len);
	script[0] = (struct fault_step){ .send = buf_str(&answer), .len = answer.len };
	fault_start(&server, script);
	snprintf(more, sizeof more, "  signoz: { kind: clickhouse, url: 'http://127.0.0.1:%u' }\n", server.port);
	hostile_config(home, "athena trino ocean", more);
}

/* P08 in a reason phrase and in a server's message. */
static void test_P08_server_messages(void **state)
{
	(void)state;
	diff(serve_refusal, "--dark");
	assert_true(shown[0] && shown[1]);
	fault_stop(&server);
	buf_release(&answer);
}

/* ---- headless ----------------------------------------------------------------------------------- */

static void check_printed(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (((unsigned char)b->data[i] < 0x20 && b->data[i] != '\n' && b->data[i] != '\r') || b->data[i] == 0x7f)
			fail_msg("byte %02x at %zu", (unsigned char)b->data[i], i);
}

/* Neither output of any command steers a terminal, whatever the source says. */
static void test_P08_commands(void **state)
{
	char config[260];
	const char *const commands[][8] = {
		{ "--config", config, "show", HOSTILE_LOAD }, { "--config", config, "show", HOSTILE_LOAD, "--format", "csv" },
		{ "--config", config, "show", HOSTILE_LOAD, "--format", "json" }, { "--config", config, "sources" },
		{ "--config", config, "config", "check" },
	};

	(void)state;
	snprintf(config, sizeof config, "%s/test.yaml", home);
	hostile_config(home, "athena trino ocean", NULL);
	break_tables(hostile_texts);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		struct command_run r;

		command_run(&r, home, commands[i]);
		assert_true(r.out.len > 0);
		check_printed(&r.out);
		check_printed(&r.err);
		command_release(&r);
	}
}

/* ---- set-up --------------------------------------------------------------------------------------- */

/* A theme that comes with the program, but for its tokens. */
static bool write_look(const char *dir, const char *file, const char *as, struct err *e)
{
	char path[80], line[400];
	struct buf text = BUF_INIT;
	FILE *f;
	bool ok;

	snprintf(path, sizeof path, "themes/%s", file);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		buf_puts(&text, strncmp(line, "  token:", 8) == 0 ? plain_tokens : line);
	fclose(f);
	ok = temp_file(dir, as, buf_str(&text), 0644, e);
	buf_release(&text);
	return ok;
}

static bool write_commands(const char *dir)
{
	static const char text[] =
		"say: { help: says it, run: [printf, '%s%s', spo, 'ken {shipper_name}'] }\n"
		"ask: { help: asks first, dangerous: true, run: [printf, '%s', 'x{shipper_name}'] }\n"
		"absent: { help: is not there, run: [no-such-program, 'x{shipper_name}'] }\n";
	char path[260];
	FILE *f;

	snprintf(path, sizeof path, "%s/.config", dir);
	if (mkdir(path, 0755) != 0)
		return false;
	snprintf(path, sizeof path, "%s/.config/sextant", dir);
	if (mkdir(path, 0755) != 0)
		return false;
	snprintf(path, sizeof path, "%s/.config/sextant/commands.yaml", dir);
	f = fopen(path, "w");
	return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

static bool write_looks(const char *dir, struct err *e)
{
	static const char *const names[] = { "calm.yaml", "contrast.yaml", "cvd.yaml", "mono.yaml" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!write_look(dir, names[i], names[i], e))
			return false;
	return write_look(dir, "calm.yaml", "look.yaml", e);
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (!temp_home(home, sizeof home, "oracle"))
		return -1;
	if (!write_looks(home, &e) || !write_commands(home)) {
		print_error("%s\n", e.text);
		return -1;
	}
	harmless = calloc(hostile_count, sizeof *harmless);
	assert_non_null(harmless);
	for (size_t i = 0; i < hostile_count; i++)
		harmless[i] = hostile_replaced(&hostile_texts[i]);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < hostile_count; i++)
		free((char *)(uintptr_t)harmless[i].text);
	free(harmless);
	temp_dir_remove(home);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P01_cells_that_steer),
		cmocka_unit_test(test_P02_cells_that_are_strings_for_terminals),
		cmocka_unit_test(test_P03_cells_with_controls_of_eight_bits),
		cmocka_unit_test(test_P04_cells_that_move_the_cursor),
		cmocka_unit_test(test_P05_cells_that_hide),
		cmocka_unit_test(test_P06_cells_that_are_no_utf8),
		cmocka_unit_test(test_P07_cells_with_floods_of_marks),
		cmocka_unit_test(test_P08_errors),
		cmocka_unit_test(test_P08_server_messages),
		cmocka_unit_test(test_P08_commands),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
