/* A document is either refused with a place, or a tree that can be walked:
 * every node has a place, every key finds its own value, no key comes twice. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_text(const char *s)
{
	require(s != NULL && text_is_utf8(s, strlen(s)));
}

static void check_scalar(const struct doc_node *n)
{
	struct err e = { 0 };
	bool b;
	long v = 0;

	check_text(doc_str(n));
	if (!doc_bool(n, &b, &e))
		require(e.kind == ERR_CONFIG && strncmp(e.text, "f:", 2) == 0);
	if (doc_int(n, -1000, 1000, &v, &e))
		require(v >= -1000 && v <= 1000);
}

static void check_tree(const struct doc_node *n, int depth)
{
	require(depth <= 65);
	if (doc_type(n) == DOC_NONE)
		return;
	require(strncmp(doc_where(n), "f:", 2) == 0);
	if (doc_type(n) == DOC_SCALAR)
		check_scalar(n);
	for (size_t i = 0; i < doc_count(n); i++) {
		if (doc_type(n) == DOC_MAP) {
			check_text(doc_key(n, i));
			require(strncmp(doc_where_key(n, i), "f:", 2) == 0);
			require(doc_get(n, doc_key(n, i)) == doc_value(n, i));
			check_tree(doc_value(n, i), depth + 1);
		} else {
			require(doc_item(n, i) != NULL);
			check_tree(doc_item(n, i), depth + 1);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct doc *d = doc_parse((const char *)data, size, "f", &e);

	if (!d) {
		require(e.kind == ERR_CONFIG && strncmp(e.text, "f:", 2) == 0);
		return 0;
	}
	require(e.kind == ERR_NONE);
	check_tree(doc_root(d), 1);
	doc_free(d);
	return 0;
}
