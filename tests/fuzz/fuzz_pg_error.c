/* What PostgreSQL and libpq complain about (a state, a newline, a message): the error
 * is printable, and only the errors of a login or of certificates lock the source. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/postgres_error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check(const struct err *e)
{
	size_t len = strnlen(e->text, sizeof e->text);

	require(e->kind != ERR_NONE && len > 0 && len < sizeof e->text && text_is_utf8(e->text, len));
	for (size_t i = 0; i < len; i++)
		require((unsigned char)e->text[i] >= 0x20 && e->text[i] != 0x7f);
	require(!(e->transient && (e->kind == ERR_AUTH || e->kind == ERR_TRUST)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *message;
	struct err e = { 0 };

	memcpy(text, data, size);
	text[size] = '\0';
	message = text + strcspn(text, "\n");
	if (*message)
		*message++ = '\0';
	require(pg_sqlstate(text) >= 0);
	for (int again = 0; again < 2; again++) {
		require(!pg_server_err("fuzz", text, message, again, &e));
		check(&e);
		require(again || !e.transient);
	}
	for (enum pg_stage stage = PG_TCP; stage <= PG_LOGIN; stage++) {
		require(!pg_connect_err("fuzz", text, stage, message, &e));
		check(&e);
	}
	free(text);
	return 0;
}
