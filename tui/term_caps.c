#include "tui/term_caps.h"

#include <curses.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

/* Copies a terminfo string without its padding: $<5> and the like. */
static void add_string(struct term_caps *caps, const char *s)
{
	while (s && *s && caps->reset_len < CAPS_RESET_MAX) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end) {
			s = end + 1;
			continue;
		}
		caps->reset[caps->reset_len++] = *s++;
	}
}

static bool load(const char *term, int fd, struct err *e)
{
	int found = 0;

	if (setupterm(term, fd, &found) == OK)
		return true;
	return err_set(e, ERR_CONFIG, 0, found < 0 ? "no terminfo database for TERM=%s"
	               : "TERM=%s is not a terminal that terminfo knows", term);
}

/* False, with nothing changed, when there is no such description. */
static bool replace(struct term_caps *caps, const char *name, int fd)
{
	TERMINAL *former = cur_term;

	if (!load(name, fd, NULL)) {
		set_curterm(former);
		return false;
	}
	del_curterm(former);
	snprintf(caps->name, sizeof caps->name, "%s", name);
	return true;
}

/* TERM=xterm from a terminal that says it has all colours. */
static void choose_richer(struct term_caps *caps, int fd)
{
	const char *says = getenv("COLORTERM");
	char name[CAPS_NAME_MAX + 16];

	if (!says || (strcmp(says, "truecolor") != 0 && strcmp(says, "24bit") != 0))
		return;
	snprintf(name, sizeof name, "%s-256color", caps->name);
	if (max_colors < 256 && strlen(name) < CAPS_NAME_MAX)
		replace(caps, name, fd);
}

/* screen's own description knows neither repeat nor erase, and all that can
 * stand in for xterm understand it. */
static void choose_plainer(struct term_caps *caps, int fd)
{
	static const char *const plainer[] = { "screen-256color", "screen" };

	for (size_t i = max_colors < 256; i < 2 && (repeat_char || erase_chars); i++) {
		replace(caps, plainer[i], fd);
	}
}

/* Extended capabilities, which have no names in <term.h>. */
static const char *extended(const char *name)
{
	const char *s = tigetstr(name);

	return (intptr_t)s == -1 ? NULL : s;
}

static void add_extended(struct term_caps *caps)
{
	const char *sync = extended("Sync"), *mouse = extended("XM");

	if (sync) {
		snprintf(caps->sync_on, sizeof caps->sync_on, "%s", tiparm(sync, 1));
		snprintf(caps->sync_off, sizeof caps->sync_off, "%s", tiparm(sync, 2));
		add_string(caps, caps->sync_off);
	}
	if (key_mouse)
		add_string(caps, mouse ? tiparm(mouse, 0) : "\033[?1000l");
}

static void copy_caps(struct term_caps *caps)
{
	caps->colours = max_colors;
	add_extended(caps);
	add_string(caps, keypad_local);
	add_string(caps, exit_attribute_mode);
	add_string(caps, orig_pair);
	add_string(caps, cursor_normal);
	add_string(caps, exit_ca_mode);
}

bool term_caps_read(struct term_caps *caps, const char *term, bool safe, int fd, struct err *e)
{
	bool ok;

	*caps = (struct term_caps){ 0 };
	if (!term || !*term)
		return err_set(e, ERR_CONFIG, 0, "TERM is not set; set it to your terminal's name, such as "
		               "xterm-256color");
	if (strlen(term) >= CAPS_NAME_MAX)
		return err_set(e, ERR_CONFIG, 0, "TERM is too long to be the name of a terminal");
	snprintf(caps->name, sizeof caps->name, "%s", term);
	if (!load(term, fd, e))
		return false;
	ok = cursor_address && clear_screen;
	if (!ok)
		err_set(e, ERR_CONFIG, 0, "TERM=%s cannot place the cursor; use another terminal or "
		        "\"sextant show\"", term);
	if (ok)
		choose_richer(caps, fd);
	if (ok && safe)
		choose_plainer(caps, fd);
	if (ok)
		copy_caps(caps);
	del_curterm(cur_term);
	return ok;
}
