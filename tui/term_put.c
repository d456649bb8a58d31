#include "tui/term_put.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { STALL_MS = 500, PIECE = 512 };

bool term_put(const char *data, size_t len)
{
	while (len > 0) {
		struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };
		/* In small pieces: a write that blocks could not be given up. */
		ssize_t n = poll(&p, 1, STALL_MS) == 1 && !(p.revents & (POLLERR | POLLHUP))
			    ? write(STDOUT_FILENO, data, len < PIECE ? len : PIECE) : -1;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

void term_put_base64(struct buf *out, const char *text, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)text;

	for (size_t i = 0; i < len; i += 3) {
		unsigned b = in[i + 1 < len ? i + 1 : i], c = in[i + 2 < len ? i + 2 : i];
		unsigned bits = (unsigned)in[i] << 16 | (i + 1 < len ? b << 8 : 0) | (i + 2 < len ? c : 0);

		buf_putc(out, digits[bits >> 18]);
		buf_putc(out, digits[bits >> 12 & 63]);
		buf_putc(out, i + 1 < len ? digits[bits >> 6 & 63] : '=');
		buf_putc(out, i + 2 < len ? digits[bits & 63] : '=');
	}
}

void term_put_mark(const char *sequence)
{
	if (write(STDOUT_FILENO, sequence, strlen(sequence)) < 0)
		errno = 0;
}

void term_put_text(const char *text, size_t len, bool utf8)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < len; i++)
		buf_putc(&out, utf8 || (unsigned char)text[i] < 0x80 ? text[i] : '?');
	buf_puts(&out, len && text[len - 1] == '\n' ? "" : "\n");
	buf_puts(&out, "-- a key goes back --");
	if (!out.failed)
		term_put(out.data, out.len);
	buf_release(&out);
}
