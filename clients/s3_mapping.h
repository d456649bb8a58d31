/* A query of the kind "s3" as data: which objects of the bucket are listed, or which one
 * is read, and how that becomes rows. Pure; s3_answer.c reads what comes, s3.c does the
 * talking. The bucket is the source's: a query cannot reach into another one.
 *
 *   list:                           # this, or get
 *     prefix: edi/ea315/:carrier_id/:day/
 *       # a segment ":name" is the bound value. Values that are empty, ".", "..", or hold
 *       # "/", "\" or a control character are refused.
 *     days: [":from", ":to"]        # optional: asked once for each day of these, the last
 *       # first; ":day" is that day, 2026-01-31. More than 62 days: ERR_LIMIT, the first
 *       # ones left out. One of the two may be NULL.
 *     start_after: ":last_key"      # optional: keys behind this one; NULL = from the start
 *   get:
 *     key: super_files/:carrier_id/:file      # as the prefix, or
 *     key: ":object_key"            # all of it, as a listing gave it: "." and ".." as
 *       # segments, and control characters, are refused
 *     key: files/?/:day/:file       # "?" is each folder that is there, at most 50: the
 *       # first object that is there is read
 *     days: [":from", ":to"]        # optional: each of these days is tried, the last first
 *     as: lines                     # a row each line; or text: one row
 *     max_bytes: 8388608            # of the object, from its start, and of what it unpacks
 *       # to; text: at most 1048576, which is its default. What is left out is said
 *       # (ERR_LIMIT).
 *   columns:                        # in order
 *     object_key: key               # of a listing: key, name (behind its last "/"), size,
 *     size: size                    #   modified, etag, storage
 *     asked_for: ":container_number"  # of an object: key, name, size, modified, text,
 *                                   #   line (its number); of both: a bound value
 *
 * Unknown keys are errors with their place. */
#ifndef CLIENTS_S3_MAPPING_H
#define CLIENTS_S3_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/client.h"

enum { S3_KEY_MAX = 1024, S3_DAYS_MAX = 62, S3_COLUMNS_MAX = 32,
       S3_BYTES = 8 << 20, S3_BYTES_MAX = 64 << 20,
       S3_FOLDERS_MAX = 50 };

/* What a column takes from the answer. */
enum s3_field { S3_KEY, S3_NAME, S3_SIZE, S3_MODIFIED, S3_ETAG, S3_STORAGE, S3_LINE, S3_TEXT,
		S3_FIELDS };

struct doc;
struct doc_node;

/* Read only; everything points into `doc`. */
struct s3_mapping {
	struct doc *doc;
	bool list, whole_text;
	bool folders;                           /* a segment of the key is "?" */
	const char *key;                        /* or the prefix */
	const char *from, *to, *start_after;    /* NULL = not there */
	size_t max_bytes;
	const char *columns[S3_COLUMNS_MAX];
	enum s3_field fields[S3_COLUMNS_MAX];   /* S3_FIELDS = a bound value: */
	const char *bound[S3_COLUMNS_MAX];
	size_t ncolumns;
};

/* `name` is what errors call the text. */
struct s3_mapping *s3_mapping_new(const char *text, size_t len, const char *name, struct err *);
void s3_mapping_free(struct s3_mapping *);      /* NULL allowed */

/* The days of a listing, the last first: how many, 1 without any. `left_out`: how many
 * more there are. */
bool s3_mapping_days(const struct s3_mapping *, const struct query *, usec *last, size_t *n,
		     size_t *left_out, struct err *);
/* The key or prefix, not escaped. `day` may be TIME_NONE. `folder` stands for "?"; NULL:
 * only what is before that. */
bool s3_mapping_key(const struct s3_mapping *, const struct query *, usec day, const char *folder,
		    struct buf *out, struct err *);
/* The value of ":name"; CELL_NULL when it is NULL. */
bool s3_mapping_value(const struct query *, const char *name, struct cell *, struct err *);

#endif
