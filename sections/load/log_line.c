#include "sections/load/log_line.h"

#include <string.h>

#include "sections/load/cells.h"

enum { PREFIX_MAX = 400, CORRELATION_LEN = 12 };

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_correlation(const char *s, size_t len)
{
	if (len < CORRELATION_LEN + 2 || s[0] != '[' || s[CORRELATION_LEN + 1] != ']')
		return false;
	for (size_t i = 1; i <= CORRELATION_LEN; i++) {
		if (!is_hex(s[i]))
			return false;
	}
	return true;
}

/* "[Class] text": one word of letters, digits and colons. */
static struct cell take_origin(struct cell *text)
{
	static const char stops[] = { ' ', ']', '{', '[', '=', '"' };
	size_t end = 1;
	struct cell origin;

	*text = cell_trim(*text);
	if (text->len < 3 || text->data[0] != '[')
		return CELL_NULL;
	while (end < text->len && !memchr(stops, text->data[end], sizeof stops))
		end++;
	if (end == text->len || text->data[end] != ']' || end == 1)
		return CELL_NULL;
	origin = (struct cell){ text->data + 1, end - 1 };
	*text = cell_trim((struct cell){ text->data + end + 1, text->len - end - 1 });
	return origin;
}

struct log_line log_line_read(struct cell body)
{
	struct log_line line = { CELL_NULL, CELL_NULL, body };

	for (size_t i = 0; i < body.len && i < PREFIX_MAX; i++) {
		if (!is_correlation(body.data + i, body.len - i))
			continue;
		line.correlation = (struct cell){ body.data + i + 1, CORRELATION_LEN };
		i += CORRELATION_LEN + 2;
		line.text = (struct cell){ body.data + i, body.len - i };
		line.origin = take_origin(&line.text);
		return line;
	}
	return line;
}
