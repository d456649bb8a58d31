/* Any JSON against one mapping (first byte even), and any mapping against one
 * query and one answer (odd): rows have their cells, requests stay in their place. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/rows.h"
#include "clients/rest_mapping.h"
#include "clients/rest_page.h"

enum { ROWS = 64 };

static const char fixed[] =
	"method: GET\npath: /l\nrows: [load, loads, .]\nstatus: { field: statusCode, ok: 200 }\n"
	"absent: [404]\npages: { param: page, total: pagination.totalPages }\n"
	"columns: { id: id, shipper: [shipper.id, shipperId], stop: stops.0.name, raw: . }\n";

static const char answer[] =
	"{\"statusCode\":200,\"load\":{\"id\":9007199254740993,\"shipperId\":\"s\","
	"\"stops\":[{\"name\":\"N\"}],\"a\":{\"b\":[1,2.50,null,true]}},\"loads\":[{\"id\":1}]}";

static const struct param params[] = {
	{ "a", "726100801" }, { "b", "a b/../c\n\xff" }, { "c", NULL }, { "id", "-5" },
};

struct sink {
	struct row_sink base;
	size_t columns;
	size_t touched;
};

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct sink *sink = (struct sink *)s;
	bool any = false;

	(void)e;
	for (size_t i = 0; i < sink->columns; i++) {
		any = any || !cell_is_null(cells[i]);
		for (size_t k = 0; !cell_is_null(cells[i]) && k < cells[i].len; k++)
			sink->touched += (unsigned char)cells[i].data[k];
	}
	if (!any)
		abort();
	return true;
}

static void read_answer(const struct rest_mapping *m, const char *json, size_t len)
{
	struct sink sink = { .base = { .row = on_row }, .columns = m->ncolumns };
	struct rest_page page;
	uint64_t count = 0;
	struct err e;

	if (!rest_page_read(m, json, len, &page, &e))
		return;
	rest_page_emit(m, &page, &count, ROWS, NULL, &sink.base, &e);
	if (count > ROWS || count > page.nrows)
		abort();
	rest_page_release(&page);
}

/* Only unreserved characters, escapes and what holds an address together. */
static void check_escaped(const struct buf *b, const char *also)
{
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i];

		if (c <= ' ' || c >= 0x7f || (strchr("\"#<>?\\^`{|}", c) && !strchr(also, c)))
			abort();
	}
}

static void make_request(const struct rest_mapping *m)
{
	struct query q = { .name = "fuzz", .params = params,
			   .nparams = sizeof(params) / sizeof(params[0]) };
	struct rest_request r = REST_REQUEST_INIT;
	struct err e;

	if (rest_mapping_request(m, &q, 1, &r, &e) &&
	    (m->paging.how != REST_TOKEN || rest_request_token(m, cell_of("t\"&1"), &r, &e))) {
		check_escaped(&r.path, "");
		check_escaped(&r.query, "");
		if (r.path.len == 0 || r.path.data[0] != '/' || strstr(r.path.data, "/../"))
			abort();
	}
	rest_request_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct rest_mapping *m;
	struct err e;

	if (size == 0)
		return 0;
	size--;
	if (data[0] % 2 == 0) {
		m = rest_mapping_new(fixed, sizeof(fixed) - 1, "fixed", &e);
		if (!m)
			abort();
		read_answer(m, text, size);
	} else {
		m = rest_mapping_new(text, size, "fuzzed", &e);
		if (m) {
			make_request(m);
			read_answer(m, answer, sizeof(answer) - 1);
		}
	}
	rest_mapping_free(m);
	return 0;
}
