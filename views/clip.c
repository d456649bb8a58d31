#include "views/clip.h"

#include <stdlib.h>

#include "base/helper.h"

enum { TMUX_MS = 1000 };

static bool by_tmux(const char *text, size_t len)
{
	static const char *const argv[] = { "tmux", "load-buffer", "-w", "-", NULL };
	const char *inside = getenv("TMUX");

	return inside && *inside && helper_feed(argv, text, len, TMUX_MS, &(struct err){ 0 });
}

bool clip_put(struct term *term, const char *text, size_t len, const char **way, struct err *e)
{
	*way = "tmux";
	if (by_tmux(text, len))
		return true;
	*way = "OSC 52";
	if (!term)
		return err_set(e, ERR_CONFIG, 0, "there is no terminal");
	return term_copy(term, text, len, e);
}
