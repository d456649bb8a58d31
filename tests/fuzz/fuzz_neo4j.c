/* What Neo4j answers, and Cypher: nothing may crash, cells must lie in memory, rows be as
 * wide as the columns, and what stands for a graph must be JSON. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/jsontext.h"
#include "clients/neo4j_answer.h"
#include "clients/neo4j_request.h"

struct tally {
	struct row_sink sink;
	uint64_t sum;
	size_t columns, rows;
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool on_columns(struct row_sink *sink, const char *const *names, size_t n, struct err *e)
{
	struct tally *t = (struct tally *)sink;

	(void)e;
	require(t->columns == 0 && n > 0 && n <= ROWS_MAX_COLUMNS);
	t->columns = n;
	for (size_t i = 0; i < n; i++)
		t->sum += strlen(names[i]);
	return true;
}

static bool on_row(struct row_sink *sink, const struct cell *cells, struct err *e)
{
	struct tally *t = (struct tally *)sink;

	(void)e;
	require(t->columns > 0);
	t->rows++;
	for (size_t i = 0; i < t->columns; i++)
		for (size_t k = 0; cells[i].data && k < cells[i].len; k++)
			t->sum = t->sum * 31 + (unsigned char)cells[i].data[k];
	return true;
}

static void read_answer(const char *text, size_t len)
{
	struct tally tally = { .sink = { .columns = on_columns, .row = on_row } };
	struct neo4j_answer answer;
	struct err e = { 0 };
	uint64_t rows = 0;
	bool ok = neo4j_answer_read(&answer, text, len, &e);

	if (ok && answer.values)
		ok = neo4j_answer_emit(&answer, &tally.sink, NULL, 100, &rows, &e);
	require(ok || e.kind != ERR_NONE);
	require(rows == tally.rows && rows <= 100);
	if (answer.failed) {
		require(!neo4j_answer_error(&answer, "fuzz", 202, rows > 0, &e));
		require(e.kind != ERR_NONE && e.text[0] && !(e.transient && rows > 0));
	}
	neo4j_answer_release(&answer);
}

static void build_request(const char *text, size_t len)
{
	const struct param params[] = { { "a", "value" }, { "b", NULL } };
	char *statement = strndup(text, len);
	struct query q = { .name = "fuzz", .text = statement, .params = params, .nparams = 2, .id = "id" };
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	if (neo4j_request_build(&out, &q, 10, 5, &e)) {
		json_t *root = jsontext_read(out.data, out.len, &e);

		require(root && cell_is(jsontext_scalar(jsontext_at(root, "accessMode")), "Read"));
		json_decref(root);
	} else {
		require(e.kind != ERR_NONE);
	}
	buf_release(&out);
	free(statement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_answer((const char *)data, size);
	build_request((const char *)data, size);
	return 0;
}
