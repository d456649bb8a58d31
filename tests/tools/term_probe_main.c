/* A small program on tui/: draws the lines of a file, tells the events that it
 * gets, and ends or crashes on demand. tests/tui/test_term.c drives it.
 *
 *   term_probe [--ascii] [--safe] [--light] [--theme FILE] [TEXT-FILE]
 *
 * j k move, q quits, S A B F crash, x exits without closing, l repaints, c copies the
 * text, p prints it. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/doc.h"
#include "tui/layout.h"
#include "tui/term.h"

struct probe {
	struct term *term;
	struct canvas canvas;
	struct buf text;
	char event[80];
	long row;
	size_t pasted;
	bool done;
};

static void die(const char *text)
{
	fprintf(stderr, "term_probe: %s\n", text);
	exit(2);
}

static void read_text(struct probe *p, const char *path)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	size_t n;

	if (!f)
		die(strerror(errno));
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_put(&p->text, bytes, n);
	fclose(f);
}

static void read_theme(struct theme *theme, const char *path)
{
	struct err e = { 0 };
	struct doc *doc = doc_load(path, &e);

	if (!doc || !theme_read(theme, doc_root(doc), &e))
		die(e.text);
	doc_free(doc);
}

/* --- drawing --- */

static void draw_lines(const struct probe *p, struct canvas *c, struct rect r)
{
	const char *in = buf_str(&p->text), *end = in + p->text.len;

	/* A line ends with 0x1e, so that a newline can be part of the text. */
	for (long y = 0; in < end && y < r.h; y++) {
		const char *stop = memchr(in, 0x1e, (size_t)(end - in));
		size_t len = stop ? (size_t)(stop - in) : (size_t)(end - in);

		canvas_text(c, r.x + 1, r.y + (int)y, r.w - 1, ROLE_TEXT, in, len);
		if (y == p->row) {
			canvas_glyph(c, r.x, r.y + (int)y, ROLE_FOCUS, GLYPH_SELECT);
			canvas_restyle(c, (struct rect){ r.x, r.y + (int)y, r.w, 1 }, ROLE_FOCUS);
			canvas_cursor(c, r.x, r.y + (int)y, true);
		}
		in += len + 1;
	}
}

static void draw(struct probe *p)
{
	struct canvas *c = &p->canvas;
	struct layout l;
	int w, h;

	term_size(p->term, &w, &h);
	c->ascii = term_ascii(p->term);
	if (!canvas_resize(c, w, h, NULL))
		die("no memory");
	l = layout_compute(w, h, 0);
	canvas_printf(c, l.header.x, l.header.y, l.header.w, ROLE_STRONG, "probe %dx%d", w, h);
	canvas_puts(c, l.rail.x + 1, l.rail.y, l.rail.w - 1, ROLE_DIM, "1 Load  ✓ ok");
	layout_draw_rules(&l, c);
	draw_lines(p, c, l.pane);
	canvas_printf(c, l.footer.x, l.footer.y, l.footer.w, ROLE_ACCENT, "event: %s", p->event);
	if (term_present(p->term, c))
		term_idle(true);
}

/* --- events --- */

__attribute__((noreturn)) static void crash(int signo)
{
	static const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	raise(signo);
	abort();
}

static void copy(struct probe *p)
{
	struct err e = { 0 };
	bool ok = term_copy(p->term, buf_str(&p->text), p->text.len, &e);

	snprintf(p->event, sizeof(p->event), "copy: %s", ok ? "done" : e.text);
}

static void on_key(struct probe *p, struct key key)
{
	char name[KEY_NAME_MAX];

	snprintf(p->event, sizeof(p->event), "key %s", key_text(name, key));
	if (key.code != K_RUNE)
		return;
	switch (key.rune) {
	case 'j': p->row++; break;
	case 'k': p->row -= p->row > 0; break;
	case 'q': p->done = true; break;
	case 'l': term_redraw(p->term); break;
	case 'c': copy(p); break;
	case 'p': term_print(p->term, buf_str(&p->text), p->text.len); break;
	case 'x': exit(3);
	case 'S': crash(SIGSEGV);
	case 'A': crash(SIGABRT);
	case 'B': crash(SIGBUS);
	case 'F': crash(SIGFPE);
	/* Does not come back: the guard must end it. */
	case 'H': for (;;) pause();
	}
}

static void on_event(struct probe *p, const struct term_event *event)
{
	switch (event->type) {
	case TERM_KEY:
		on_key(p, event->key);
		break;
	case TERM_PASTE:
		p->pasted += event->paste_len;
		snprintf(p->event, sizeof(p->event), "paste %zu%s [%.30s]", p->pasted,
		         event->paste_cut ? " cut" : "", event->paste);
		break;
	case TERM_RESUMED:
		snprintf(p->event, sizeof(p->event), "resumed");
		break;
	case TERM_HANGUP:
	case TERM_STOP:
		p->done = true;
		break;
	case TERM_MOUSE:
	case TERM_RESIZE:
	case TERM_NONE:
		break;
	}
}

static void run(struct probe *p)
{
	struct term_event event;

	while (!p->done) {
		struct pollfd fds[2] = { { term_input_fd(p->term), POLLIN, 0 },
		                         { term_signal_fd(p->term), POLLIN, 0 } };

		draw(p);
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die(strerror(errno));
		term_idle(false);
		while (!p->done && term_next(p->term, &event))
			on_event(p, &event);
	}
}

static void read_options(struct probe *p, struct term_options *o, struct theme *theme, char **argv)
{
	for (argv++; *argv; argv++)
		if (strcmp(*argv, "--ascii") == 0)
			o->ascii = true;
		else if (strcmp(*argv, "--safe") == 0)
			o->safe = true;
		else if (strcmp(*argv, "--light") == 0)
			o->light = THEME_LIGHT;
		else if (strcmp(*argv, "--theme") == 0 && argv[1])
			read_theme(theme, *++argv);
		else
			read_text(p, *argv);
}

int main(int argc, char **argv)
{
	struct probe p = { .event = "none" };
	struct theme theme;
	struct term_options options = { .theme = &theme };
	struct err e = { 0 };
	int signo;

	(void)argc;
	setlocale(LC_ALL, "");
	theme_init(&theme);
	read_options(&p, &options, &theme, argv);
	p.term = term_open(&options, &e);
	if (!p.term)
		die(e.text);
	run(&p);
	signo = term_stop_signal(p.term);
	term_close(p.term);
	canvas_release(&p.canvas);
	buf_release(&p.text);
	if (signo)
		raise(signo);
	return 0;
}
