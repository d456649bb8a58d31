/* A growing byte buffer with a ceiling. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;   /* NUL-terminated after any append; NULL while empty */
	size_t len;
	size_t cap;
	size_t max;   /* ceiling in bytes; 0 = BUF_MAX_DEFAULT */
	bool failed;  /* an append did not fit or memory ran out: contents are incomplete */
};

enum { BUF_MAX_DEFAULT = 64 << 20 };
#define BUF_INIT { 0 }

/* Appends return false and set `failed` when the ceiling or memory is reached;
 * nothing is appended then. Callers may check `failed` once at the end. */
bool buf_put(struct buf *b, const void *data, size_t len);
bool buf_puts(struct buf *b, const char *s);
bool buf_putc(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Appends the printable form of outside bytes (text_safe). */
bool buf_put_safe(struct buf *b, const char *in, size_t len);
/* The same, but for what is no UTF-8 and harmless (text_malformed), which stays as it is:
 * not for a terminal. */
bool buf_put_kept(struct buf *b, const char *in, size_t len);
/* At most `most` bytes as one line: blanks of all kinds become a space. */
bool buf_put_line(struct buf *b, const char *in, size_t len, size_t most);
void buf_clear(struct buf *b);          /* keeps the memory */
void buf_release(struct buf *b);        /* frees the memory, back to BUF_INIT */
char *buf_detach(struct buf *b);        /* the caller frees; "" when empty; NULL if failed */
const char *buf_str(const struct buf *b); /* "" when empty */

#endif
