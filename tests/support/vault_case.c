#include "tests/support/vault_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/client_fixture.h"

void vault_case_begin(struct vault_case *f, const struct vault_fake_options *o)
{
	*f = (struct vault_case){ 0 };
	f->fake = vault_fake_start(o ? o : &(struct vault_fake_options){ 0 }, &f->e);
	if (!f->fake)
		fail_msg("%s", f->e.text);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u", vault_fake_port(f->fake));
	f->vault = source_make(&vault_store_ops, "vault", "url", f->url, "token", "env:TEST_TOKEN", NULL);
	f->source = source_make(NULL, "signoz", "password", REF, "token", "env:TEST_TOKEN", NULL);
	f->source->vault = f->vault;
	assert_true(cancel_init(&f->cancel, &f->e));
	setenv("TEST_TOKEN", VAULT_FAKE_TOKEN, 1);
	vault_fake_put(f->fake, "secret/data/signoz", "{\"username\":\"reader\",\"password\":\"canary-1\"}");
}

void vault_case_use(struct vault_case *f, struct source *vault)
{
	source_free(f->vault);
	f->source->vault = f->vault = vault;
}

bool vault_case_get(struct vault_case *f, const char *ref, struct login *l)
{
	f->e = (struct err){ 0 };
	return secrets_get(f->source, ref, l, in_ms(10000), &f->cancel, &f->e);
}

void vault_case_end(struct vault_case *f)
{
	secrets_close(0);
	assert_string_equal(vault_fake_complaint(f->fake), "");
	vault_fake_stop(f->fake);
	cancel_release(&f->cancel);
	source_free(f->vault);
	source_free(f->source);
}
