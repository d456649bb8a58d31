/* A source whose password is in a fake of Vault. */
#ifndef TESTS_SUPPORT_VAULT_CASE_H
#define TESTS_SUPPORT_VAULT_CASE_H

#include <stdbool.h>

#include "base/cancel.h"
#include "base/err.h"
#include "clients/secret_settings.h"
#include "clients/secrets.h"
#include "tests/support/vault_fake.h"

#define REF "vault:secret/data/signoz#password"          /* "canary-1" of "reader" */
#define DB  "vault_db:database/creds/reader"

struct vault_case {
	struct vault_fake *fake;
	struct source *vault, *source;
	struct cancel cancel;
	char url[64];
	struct err e;
};

/* NULL: as the fake is by itself. The token is TEST_TOKEN. */
void vault_case_begin(struct vault_case *, const struct vault_fake_options *);
/* Another configuration of the store; takes it over. */
void vault_case_use(struct vault_case *, struct source *vault);
bool vault_case_get(struct vault_case *, const char *ref, struct login *);
/* Fails when the client did what none does. */
void vault_case_end(struct vault_case *);

#endif
