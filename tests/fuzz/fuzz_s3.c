/* S3: any text as a page of a listing (first byte 0 mod 3), as a mapping (1), or as the
 * lines of an object (2): keys stay in their place, nothing is read beyond its end. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/s3_answer.h"
#include "clients/s3_mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static bool on_object(void *ctx, const struct s3_object *o, struct err *e)
{
	const struct cell all[] = { o->key, o->size, o->modified, o->etag, o->storage };
	size_t *bytes = ctx;

	(void)e;
	require(!cell_is_null(o->key));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (size_t k = 0; !cell_is_null(all[i]) && k < all[i].len; k++)
			*bytes += (unsigned char)all[i].data[k];
	}
	return true;
}

static void page(const char *text, size_t len)
{
	struct buf next = BUF_INIT;
	size_t bytes = 0;
	struct err e = { 0 };

	require(s3_page_read(text, len, on_object, &bytes, &next, &e) || e.kind == ERR_DECODE);
	buf_release(&next);
}

static const struct param params[] = {
	{ "a", "x y" }, { "b", "../c" }, { "c", NULL }, { "d", "2026-01-01" }, { "k", "e/f.edi" },
};

static void mapping(const char *text, size_t len)
{
	const struct query q = { .name = "fuzz", .params = params,
				 .nparams = sizeof(params) / sizeof(params[0]) };
	struct err e = { 0 };
	struct s3_mapping *m = s3_mapping_new(text, len, "fuzzed", &e);
	struct buf key = BUF_INIT;
	size_t days, left_out;
	usec last;

	if (m && s3_mapping_days(m, &q, &last, &days, &left_out, &e) && days > 0 &&
	    s3_mapping_key(m, &q, last, "f", &key, &e)) {
		require(key.len <= S3_KEY_MAX && days <= S3_DAYS_MAX);
		require(!strstr(buf_str(&key), "/../") && strncmp(buf_str(&key), "../", 3) != 0);
	}
	buf_release(&key);
	s3_mapping_free(m);
}

static void lines(const char *text, size_t len)
{
	size_t at = 0, bytes = 0;
	struct cell line;

	while (s3_line(text, len, &at, &line)) {
		require(line.data >= text && line.data + line.len <= text + len);
		bytes += line.len;
	}
	require(at == len && bytes <= len);
	s3_packed(text, len);
	s3_gzip_size(text, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(const char *, size_t) = { page, mapping, lines };

	if (size > 0)
		kinds[data[0] % 3]((const char *)data + 1, size - 1);
	return 0;
}
