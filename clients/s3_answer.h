/* What S3 answers: a page of a listing, an object's bytes. Pure. */
#ifndef CLIENTS_S3_ANSWER_H
#define CLIENTS_S3_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rows.h"

/* One object of a listing; the cells live until the call returns. */
struct s3_object {
	struct cell key, size, modified, etag, storage;
};

typedef bool s3_object_fn(void *ctx, const struct s3_object *, struct err *);

/* Reads one page (ListBucketResult) and hands its objects on, in order. `next` gets what
 * continues it; stays empty when it is the last. */
bool s3_page_read(const char *xml, size_t len, s3_object_fn *object, void *ctx, struct buf *next,
		  struct err *e);

/* The same of a listing with a delimiter: the folders' names, without what is before them
 * (`skip` bytes) and the slash at their end. */
typedef bool s3_folder_fn(void *ctx, struct cell name, struct err *);
bool s3_folders_read(const char *xml, size_t len, size_t skip, s3_folder_fn *, void *ctx, struct err *);

/* Undoes encoding-type=url. What is no escape stays. */
void s3_unescape(struct buf *out, struct cell text);

/* The next line of data[*at..len), without its end; false behind the last. */
bool s3_line(const char *data, size_t len, size_t *at, struct cell *line);

/* What a file that begins so is packed by, "gzip"; NULL when it can be read. */
const char *s3_packed(const char *data, size_t len);
/* What the end of a gzip file says of its size unpacked, modulo 2^32; of several members
 * in one file that is the last one's. */
uint32_t s3_gzip_size(const char *data, size_t len);

#endif
