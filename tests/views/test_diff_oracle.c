/* The DIFF oracle: the same walk through every pane, popup and message, once over a
 * hostile extract and once over the same with every hostile unit replaced by x. What
 * steers the terminal must be the same, whatever the sources say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "tests/support/command_run.h"
#include "tests/support/fault_server.h"
#include "tests/support/hostile_extract.h"
#include "tests/support/process.h"
#include "tests/support/vterm_pty.h"

/* Tokens and problems look like text here, so that styles cannot tell the two walks
 * apart; the cursor's row is reverse in both. */
static const char theme[] = "roles: { token: { mono: normal, 16: normal, 256: normal } }\n";

static char home[200];

/* ---- what was written --------------------------------------------------------------------- */

/* The distinct sequences of one walk, each in brackets. */
struct walk { struct buf seen, log; };

static void note(struct walk *w, const char *kind, const char *bytes, size_t len)
{
	char one[200];
	int n = snprintf(one, sizeof one, "[%s ", kind);

	for (size_t i = 0; i < len && n < (int)sizeof one - 8; i++)
		n += snprintf(one + n, sizeof one - (size_t)n,
			      (unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f ? "%02x" : "%c", (unsigned char)bytes[i]);
	snprintf(one + n, sizeof one - (size_t)n, "]\n");
	if (!strstr(buf_str(&w->seen), one))
		buf_puts(&w->seen, one);
}

/* Where the text goes depends on the text; which way curses takes there, too: moving,
 * clearing to an end, repeating and scrolling count as one kind, without their numbers. */
static size_t csi(struct walk *w, const char *p, size_t len)
{
	size_t n = 2;

	while (n < len && (unsigned char)p[n] >= 0x20 && (unsigned char)p[n] < 0x40)
		n++;
	if (n < len && strchr("ABCDGHXKPbdr@", p[n]) && p[2] != '?')
		note(w, "move", "", 0);
	else
		note(w, "csi", p, n < len ? n + 1 : n);
	return n + 1;
}

static void collect(struct walk *w)
{
	const char *p = buf_str(&w->log), *end = p + w->log.len;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c == 0x1b && end - p > 1 && p[1] == '[') {
			p += csi(w, p, (size_t)(end - p));
		} else if (c == 0x1b && end - p > 1 && p[1] == 'M') {
			note(w, "move", "", 0);
			p += 2;
		} else if (c == 0x1b) {
			note(w, "escape", p, end - p > 2 ? 3 : (size_t)(end - p));
			p += 2;
		} else {
			/* curses moves with these. */
			if ((c < 0x20 && !strchr("\b\r\n", c)) || c == 0x7f)
				note(w, "control", p, 1);
			p++;
		}
	}
}

/* None of the cells as it came, and no byte of theirs that no text of ours has. */
static void check_canaries(const struct walk *w)
{
	static const char *const never[] = { "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x07", "\x7f", "\v", "\f",
		"\xc2\x9b", "\xc2\x9d", "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x81\xa6", "\xf3\xa0\x81\x81",
		"\xef\xbb\xbf", "\xc2\xad", "\xff", "\xfe", "\xc0", "\xed\xa0", "\x1b[2J\x1b[HP0" };

	for (size_t i = 0; i < hostile_count; i++)
		assert_null(memmem(w->log.data, w->log.len, hostile_texts[i].text, hostile_texts[i].len));
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (memmem(w->log.data, w->log.len, never[i], strlen(never[i])))
			fail_msg("canary %zu is in the output", i);
}

/* ---- the walk ------------------------------------------------------------------------------- */

/* Every section; its records, one of them as sent, its origin; then what belongs to all. */
static const char *const keys[] = {
	"0", "1", "\r", "q", "p", "jjjj", "q", "s", "s", "q", "2", "p", "q", "3", "p", "q", "4", "\r", "s", "q", "q", "5",
	"j", "j", "j", "j", "\r", "j", "l", "j", "s", "jjj", "s", "q", "q", "G", "k", "k", "lll", "hhh", "z", "z",
	"6", "j", "\r", "s", "q", "q", "7", "j", "j", "\r", "s", "s", "q", "q", "G", "p", "G", "q", "F", "q", "w", "G", "q",
	"e", "e", "E", ":log\r", "G", "\r", "q", "q", ":sources\r", "jj", "\r", "q", "?", "q", "t", "[", "]",
	":source \x0f x\r", ":section none\r", ":\x1b", "0", "r",
};

/* How many of the screens show it. */
static unsigned walk_keys(struct vterm_pty *pty, const char *says)
{
	unsigned n = 0;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (!vterm_pty_type(pty, keys[i]))
			fail_msg("no answer to key %zu, '%s'", i, keys[i]);
		n += vterm_pty_shows(pty, says);
	}
	return n;
}

/* `says` is on some screen, or nothing was proved. */
static void walk(struct walk *w, const char *says, const char *more, int width, int height)
{
	char config[260], look[260], program[300];
	const char *build = getenv("SEXTANT_BUILD");
	const char *const argv[] = { program, "--config", config, "--theme", look, "--still", more, HOSTILE_LOAD, NULL };
	char home_is[220];
	const char *const env[] = { home_is, NULL };
	struct vterm_pty_options options = { .argv = argv, .env = env, .w = width, .h = height };
	struct vterm_pty *pty;
	int status;

	snprintf(config, sizeof config, "%s/test.yaml", home);
	snprintf(look, sizeof look, "%s/look.yaml", home);
	snprintf(home_is, sizeof home_is, "HOME=%s", home);
	snprintf(program, sizeof program, "%s/sextant", build ? build : "build");
	pty = vterm_pty_new(&options);
	assert_non_null(pty);
	assert_true(vterm_pty_wait_text(pty, "7/7 sections"));
	assert_true(vterm_pty_wait_idle(pty));
	if (walk_keys(pty, says) < 3)
		fail_msg("'%s' is hardly on any screen of %dx%d", says, width, height);
	assert_int_equal(vterm_pty_modes(pty).titles + vterm_pty_modes(pty).answers, 0);
	assert_true(vterm_pty_send(pty, "Q", 1));
	assert_true(vterm_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	*w = (struct walk){ .seen = BUF_INIT, .log = BUF_INIT };
	buf_put(&w->log, vterm_pty_log(pty)->data, vterm_pty_log(pty)->len);
	vterm_pty_free(pty);
	collect(w);
	check_canaries(w);
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

static void compare(struct walk *bad, struct walk *good)
{
	assert_true(bad->seen.len > 100);
	check_within(&bad->seen, &good->seen, "hostile");
	check_within(&good->seen, &bad->seen, "harmless");
	buf_release(&bad->seen);
	buf_release(&bad->log);
	buf_release(&good->seen);
	buf_release(&good->log);
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

/* `token` is on screens of the hostile walk, `plain` on those of the other. */
static void diff(const char *token, const char *plain, void (*prepare)(const struct hostile *cells), const char *more)
{
	static const struct { int w, h; } sizes[] = { { 120, 40 }, { 80, 24 } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct walk bad, good;

		prepare(hostile_texts);
		walk(&bad, token, more, sizes[i].w, sizes[i].h);
		prepare(harmless);
		walk(&good, plain, more, sizes[i].w, sizes[i].h);
		compare(&bad, &good);
	}
}

/* P01 to P07 in cells: in tables, records, payloads, the header, the rail. */
static void test_p01_to_p07_cells(void **state)
{
	(void)state;
	hostile_config(home, "athena trino ocean", NULL);
	diff("<1B>[2J", "xxxx[2J", write_extract, "--dark");
	diff("<1B>]52;c;", "xxxx]52;c;", write_extract, "--ascii");
}

static void break_tables(const struct hostile *cells)
{
	static const char *const tables[] = { "callbacks_v2", "distributed_logs", "api_loads", "fact_loads",
		"load_validation_data_mart", NULL };

	write_extract(cells);
	hostile_break(home, tables, &cells[2]);
}

/* P08 in what a source's error quotes: a name that does not exist. */
static void test_p08_errors(void **state)
{
	(void)state;
	hostile_config(home, "athena trino ocean", NULL);
	diff("<1B>]52;c;", "xxxx]52;c;", break_tables, "--dark");
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
static void test_p08_server_messages(void **state)
{
	(void)state;
	diff("<1B>[2J", "xxxx[2J", serve_refusal, "--dark");
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
static void test_p08_commands(void **state)
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

static int start(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("oracle", &e);

	(void)state;
	if (!dir || !temp_file(dir, "look.yaml", theme, 0644, &e)) {
		print_error("%s\n", e.text);
		return -1;
	}
	snprintf(home, sizeof home, "%s", dir);
	free(dir);
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
		cmocka_unit_test(test_p01_to_p07_cells),
		cmocka_unit_test(test_p08_errors),
		cmocka_unit_test(test_p08_server_messages),
		cmocka_unit_test(test_p08_commands),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
