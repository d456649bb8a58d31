/* What Athena answers, as an id, a state or a page: nothing that was read holds more
 * than it should, and each row is as wide as the columns. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/athena_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void read_rows(const struct athena_page *p)
{
	struct cell *cells = calloc(p->ncolumns + 1, sizeof(*cells));
	struct err e = { 0 };

	require(cells != NULL);
	for (size_t i = 0; i < p->nrows; i++) {
		if (!athena_page_row(p, i, cells, &e)) {
			require(e.kind == ERR_DECODE);
			break;
		}
		for (size_t c = 0; c < p->ncolumns; c++)
			require(cell_is_null(cells[c]) || cells[c].data[cells[c].len] == '\0');
	}
	free(cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct athena_execution x;
	struct athena_page page;
	char id[ATHENA_ID_MAX];
	struct err e = { 0 };

	if (athena_read_id(text, size, id, &e))
		require(*id && strlen(id) < ATHENA_ID_MAX);
	if (athena_read_execution(text, size, &x, &e)) {
		require(!athena_execution_err(&x, "fuzz", &e));
		require(e.kind != ERR_NONE && e.text[0]);
	}
	if (athena_page_read(&page, text, size, &e)) {
		for (size_t i = 0; i < page.ncolumns; i++)
			require(page.columns[i] != NULL);
		read_rows(&page);
	}
	athena_page_release(&page);
	return 0;
}
