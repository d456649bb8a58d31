/* Gzip files, made without a library. */
#ifndef TESTS_SUPPORT_GZIP_H
#define TESTS_SUPPORT_GZIP_H

#include <stddef.h>

#include "base/buf.h"

/* Appends one member that is not compressed; its text is at most 65535 bytes. */
void gzip_put(struct buf *out, const char *text, size_t len);
/* Appends one that becomes 258 times `copies` zeros and one more, without its checksum and
 * size. */
void gzip_zeros(struct buf *out, size_t copies);

#endif
