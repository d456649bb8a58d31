#include "clients/sqlliteral.h"

#include <string.h>

#include "base/text.h"

bool sqlliteral_put(struct buf *out, const char *value, struct err *e)
{
	if (value && !text_is_utf8(value, strlen(value)))
		return err_set(e, ERR_CONFIG, 0, "a value is not valid UTF-8 and cannot be sent");
	if (!value) {
		buf_puts(out, "NULL");
	} else {
		buf_putc(out, '\'');
		for (size_t run; *value; value += run) {
			run = strcspn(value, "'");
			buf_put(out, value, run);
			if (value[run] == '\'') {
				buf_puts(out, "''");
				run++;
			}
		}
		buf_putc(out, '\'');
	}
	return !out->failed || err_set(e, ERR_LIMIT, 0, "the values are larger than their room");
}
