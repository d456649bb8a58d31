#include "tests/support/sequences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char clipboard[] = "\x1b]52;c;";
/* What terminfo has to give the terminal its own colours back. */
static const char colours[] = "\x1b]104\a";

static void note(struct buf *seen, const char *kind, const char *bytes, size_t len)
{
	char one[200];
	int n = snprintf(one, sizeof one, "[%s ", kind);

	for (size_t i = 0; i < len && n < (int)sizeof one - 8; i++)
		n += snprintf(one + n, sizeof one - (size_t)n,
			      (unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f ? "%02x" : "%c", (unsigned char)bytes[i]);
	snprintf(one + n, sizeof one - (size_t)n, "]\n");
	if (!strstr(buf_str(seen), one))
		buf_puts(seen, one);
}

static size_t take_csi(const char *p, size_t len, struct buf *seen)
{
	size_t n = 2;

	while (n < len && (unsigned char)p[n] >= 0x20 && (unsigned char)p[n] < 0x40)
		n++;
	if (n < len && strchr("ABCDGHJKLMPSTXbdr@", p[n]) && p[2] != '?')
		note(seen, "move", "", 0);
	else
		note(seen, "csi", p, n < len ? n + 1 : n);
	return n + 1;
}

static int sextet(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static size_t take_clipboard(const char *p, size_t len, struct buf *seen, struct buf *copied)
{
	size_t n = sizeof clipboard - 1;
	unsigned held = 0, bits = 0;

	for (; n < len && sextet(p[n]) >= 0; n++) {
		held = held << 6 | (unsigned)sextet(p[n]);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_putc(copied, (char)(held >> bits));
		}
	}
	buf_putc(copied, '\n');
	while (n < len && p[n] == '=')
		n++;
	if (n >= len || (p[n] != '\a' && memcmp(p + n, "\x1b\\", 2) != 0))
		fail_msg("a text for the clipboard ends badly");
	note(seen, "clipboard", "", 0);
	return p[n] == '\a' ? n + 1 : n + 2;
}

static size_t take_escape(const char *p, size_t len, struct buf *seen, struct buf *copied)
{
	if (len > 1 && p[1] == '[')
		return take_csi(p, len, seen);
	if (len > sizeof clipboard && memcmp(p, clipboard, sizeof clipboard - 1) == 0)
		return take_clipboard(p, len, seen, copied);
	if (len >= sizeof colours && memcmp(p, colours, sizeof colours - 1) == 0) {
		note(seen, "colours", "", 0);
		return sizeof colours - 1;
	}
	if (len > 1 && p[1] == 'M')
		note(seen, "move", "", 0);
	else
		note(seen, "escape", p, len > 2 && strchr("()*+#%", p[1]) ? 3 : len > 1 ? 2 : 1);
	return 2;
}

void sequences_of(const struct buf *log, struct buf *seen, struct buf *copied)
{
	const char *p = buf_str(log), *end = p + log->len;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c == 0x1b) {
			p += take_escape(p, (size_t)(end - p), seen, copied);
			continue;
		}
		/* curses moves with these. */
		if ((c < 0x20 && !strchr("\b\r\n", c)) || c == 0x7f)
			note(seen, "control", p, 1);
		p++;
	}
}
