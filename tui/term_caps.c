#include "tui/term_caps.h"

#include <curses.h>
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

static bool check(const char *term, struct err *e)
{
	if (cursor_address && clear_screen)
		return true;
	return err_set(e, ERR_CONFIG, 0, "TERM=%s cannot place the cursor; use another terminal or "
	               "\"sextant show\"", term);
}

bool term_caps_read(struct term_caps *caps, const char *term, int fd, struct err *e)
{
	int found = 0;
	bool ok;

	*caps = (struct term_caps){ 0 };
	if (!term || !*term)
		return err_set(e, ERR_CONFIG, 0, "TERM is not set; set it to your terminal's name, such as "
		               "xterm-256color");
	if (setupterm(term, fd, &found) != OK)
		return err_set(e, ERR_CONFIG, 0, found < 0 ? "no terminfo database for TERM=%s"
		               : "TERM=%s is not a terminal that terminfo knows", term);
	ok = check(term, e);
	if (ok) {
		caps->colours = max_colors;
		add_string(caps, keypad_local);
		add_string(caps, exit_attribute_mode);
		add_string(caps, orig_pair);
		add_string(caps, cursor_normal);
		add_string(caps, exit_ca_mode);
	}
	del_curterm(cur_term);
	return ok;
}

void term_caps_forgo(void)
{
	repeat_char = NULL;
	erase_chars = NULL;
	parm_ich = NULL;
	insert_character = NULL;
	parm_dch = NULL;
	delete_character = NULL;
}
