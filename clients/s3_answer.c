#include "clients/s3_answer.h"

#include <string.h>

#include "clients/xmltext.h"

/* ---- listings ---------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void s3_unescape(struct buf *out, struct cell text)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;

		if (text.data[i] == '%' && low >= 0) {
			buf_putc(out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_putc(out, text.data[i] == '+' ? ' ' : text.data[i]);
		}
	}
}

enum { KEY, SIZE, MODIFIED, ETAG, STORAGE, CONTENTS };

static const char *const contents[CONTENTS] = { "Key", "Size", "LastModified", "ETag", "StorageClass" };

struct page {
	s3_object_fn *object;
	s3_folder_fn *folder;
	size_t skip;
	void *ctx;
	bool escaped;
	struct buf key;
};

static struct cell unquoted(struct cell c)
{
	if (c.len >= 2 && c.data[0] == '"' && c.data[c.len - 1] == '"')
		c = (struct cell){ c.data + 1, c.len - 2 };
	return c;
}

static bool read_key(struct page *p, struct cell *key, struct err *e)
{
	if (cell_is_null(*key))
		return err_set(e, ERR_DECODE, 0, "an object of the listing has no key");
	if (!p->escaped)
		return true;
	buf_clear(&p->key);
	s3_unescape(&p->key, *key);
	*key = (struct cell){ buf_str(&p->key), p->key.len };
	return !p->key.failed || err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

/* Of struct xmltext_rows. */
static bool take_object(void *ctx, const struct cell *c, struct err *e)
{
	struct page *p = ctx;
	struct s3_object o = { c[KEY], c[SIZE], c[MODIFIED], unquoted(c[ETAG]), c[STORAGE] };

	return read_key(p, &o.key, e) && p->object(p->ctx, &o, e);
}

/* The same. */
static bool take_folder(void *ctx, const struct cell *c, struct err *e)
{
	struct page *p = ctx;
	struct cell name = c[0];

	if (!read_key(p, &name, e))
		return false;
	if (name.len <= p->skip + 1 || name.data[name.len - 1] != '/')
		return true;
	name.data += p->skip;
	name.len -= p->skip + 1;
	return p->folder(p->ctx, name, e);
}

/* *found: whether it says that; *yes: whether it says `what`. */
static bool says(const char *xml, size_t len, const char *path, const char *what, bool *found, bool *yes,
		 struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok = xmltext_get(xml, len, path, &text, found, e);

	*yes = ok && *found && strcmp(buf_str(&text), what) == 0;
	buf_release(&text);
	return ok;
}

static bool read_objects(const char *xml, size_t len, struct page *p, struct err *e)
{
	const struct xmltext_rows rows = {
		.path = "ListBucketResult/Contents", .fields = contents, .nfields = CONTENTS,
		.row = take_object, .ctx = p,
	};
	bool ok = xmltext_rows(xml, len, &rows, e);

	buf_release(&p->key);
	return ok;
}

bool s3_page_read(const char *xml, size_t len, s3_object_fn *object, void *ctx, struct buf *next,
		  struct err *e)
{
	struct page p = { .object = object, .ctx = ctx };
	bool found, more;

	if (!says(xml, len, "ListBucketResult/EncodingType", "url", &found, &p.escaped, e) ||
	    !says(xml, len, "ListBucketResult/IsTruncated", "true", &found, &more, e))
		return false;
	if (!found)
		return err_set(e, ERR_DECODE, 0, "the answer is no listing of a bucket");
	if (!read_objects(xml, len, &p, e))
		return false;
	if (!more)
		return true;
	if (!xmltext_get(xml, len, "ListBucketResult/NextContinuationToken", next, &found, e))
		return false;
	return next->len > 0 ||
	       err_set(e, ERR_DECODE, 0, "the listing goes on, but does not say where");
}

bool s3_folders_read(const char *xml, size_t len, size_t skip, s3_folder_fn *folder, void *ctx,
		     struct err *e)
{
	static const char *const fields[] = { "Prefix" };
	struct page p = { .folder = folder, .skip = skip, .ctx = ctx };
	const struct xmltext_rows rows = {
		.path = "ListBucketResult/CommonPrefixes", .fields = fields, .nfields = 1,
		.row = take_folder, .ctx = &p,
	};
	bool found, ok;

	ok = says(xml, len, "ListBucketResult/EncodingType", "url", &found, &p.escaped, e) &&
	     xmltext_rows(xml, len, &rows, e);
	buf_release(&p.key);
	return ok;
}

/* ---- objects ----------------------------------------------------------------------- */

bool s3_line(const char *data, size_t len, size_t *at, struct cell *line)
{
	const char *from = data + *at, *end;

	if (*at >= len)
		return false;
	end = memchr(from, '\n', len - *at);
	line->data = from;
	line->len = end ? (size_t)(end - from) : len - *at;
	*at += line->len + (end != NULL);
	if (line->len > 0 && from[line->len - 1] == '\r')
		line->len--;
	return true;
}

const char *s3_packed(const char *data, size_t len)
{
	static const struct { const char *magic, *name; } known[] = {
		{ "\x1f\x8b", "gzip" }, { "PK\x03\x04", "zip" }, { "BZh", "bzip2" },
		{ "\xfd" "7zXZ", "xz" }, { "\x28\xb5\x2f\xfd", "zstd" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].magic);

		if (len >= n && memcmp(data, known[i].magic, n) == 0)
			return known[i].name;
	}
	return NULL;
}

uint32_t s3_gzip_size(const char *data, size_t len)
{
	uint32_t size = 0;

	for (size_t i = 0; i < 4 && len >= 4; i++)
		size |= (uint32_t)(unsigned char)data[len - 4 + i] << 8 * i;
	return size;
}
