/* What stores of secrets answer: Vault, Secrets Manager, Redshift. Whatever comes, a secret
 * is one without a NUL, a name of a user ends, and a time is one that can be waited for.
 * The first byte says whose answer it is. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/redshift_iam.h"
#include "clients/secrets.h"
#include "clients/secretsmanager.h"
#include "clients/vault_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW (INT64_C(1700000000) * USEC_SEC)

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check(bool ok, bool wanted, struct issued *i, const struct err *e)
{
	require(ok || (e->kind != ERR_NONE && e->text[0]));
	require(!ok || !wanted || i->secret.len > 0);
	require(i->secret.len <= SECRET_MAX);
	require(!i->secret.data || strlen(i->secret.data) == i->secret.len);
	require(strlen(i->user) < sizeof(i->user) && strlen(i->lease) < sizeof(i->lease));
	require(!ok || (i->lasts >= 0 && i->lasts < INT64_MAX / 4));
	issued_release(i);
}

static void complaint(const char *text, size_t len)
{
	char said[VAULT_SAID_MAX];

	vault_said(text, len, said);
	require(strlen(said) < sizeof(said) && !strpbrk(said, "\n\r\t"));
	vault_deleted(text, len);
}

/* A reference that is accepted names something. */
static void reference(const char *text, size_t len)
{
	char *ref = strndup(text, len);

	if (ref && secrets_stored(ref) && !secrets_wrong(ref))
		require(strlen(strchr(ref, ':')) > 1 && !strpbrk(ref, "\n\r\t\x1b"));
	free(ref);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct issued out = { .lasts = 0 };
	struct err e = { 0 };
	size_t len = size - 1;

	if (size == 0)
		return 0;
	switch (data[0]) {
	case 'f': check(vault_read_field(text, len, "password", &out, &e), true, &out, &e); break;
	case 'c': check(vault_read_credentials(text, len, &out, &e), true, &out, &e); break;
	case 'l': check(vault_read_login(text, len, &out, &e), true, &out, &e); break;
	case 't': check(vault_read_time(text, len, &out, &e), false, &out, &e); break;
	case 'e': complaint(text, len); break;
	case 's': check(secretsmanager_read(text, len, NULL, &out, &e), true, &out, &e); break;
	case 'm': check(secretsmanager_read(text, len, "password", &out, &e), true, &out, &e); break;
	case 'x': check(redshift_iam_read_xml(text, len, "GetClusterCredentials", NOW, &out, &e), true, &out, &e); break;
	case 'j': check(redshift_iam_read_json(text, len, NOW, &out, &e), true, &out, &e); break;
	default:  reference(text, len); break;
	}
	return 0;
}
