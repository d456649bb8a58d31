/* HashiCorp Vault as a store of secrets: whom it trusts, and what it answers when it does not
 * give one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/client_fixture.h"
#include "tests/support/process.h"
#include "tests/support/secret_case.h"
#include "tests/support/tls.h"
#include "tests/support/vault_case.h"

/* ---- the token --------------------------------------------------------------------------- */

static void test_P25_denied_is_told_from_expired(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	vault_fake_deny(f.fake, "secret/");
	secret_fails(f.source, REF, ERR_DENIED, false, "vault: secret/data/signoz is not allowed: permission denied");
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 1);
	/* A store in trouble does not say that the token is dead. */
	vault_fake_fault(f.fake, "auth/token/lookup-self", 500, "{\"errors\":[]}", NULL, 1);
	secret_fails(f.source, REF, ERR_DENIED, false, "vault: secret/data/signoz is not allowed");
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 2);
	vault_fake_deny(f.fake, NULL);
	vault_fake_kill_token(f.fake, VAULT_FAKE_TOKEN);
	secret_fails(f.source, REF, ERR_AUTH, false, "the token is expired or revoked, or was never good");
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 3);
	vault_case_end(&f);
}

static void a_new_token_is_found(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_kill_token(f.fake, VAULT_FAKE_TOKEN);
	vault_fake_add_token(f.fake, "hvs.canary-token-2");
	setenv("TEST_TOKEN", "hvs.canary-token-2", 1);
	vault_fake_put(f.fake, "kv/x", "{\"a\":\"canary-b\"}");
	secret_gives(f.source, "vault:kv/x#a", "canary-b", "");
	vault_case_end(&f);
}

static void write_token(const char *home, mode_t mode, const char *token)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/.vault-token", home);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), mode), 0);
	assert_true(fputs(token, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_P42_the_token_file_follows_the_rule(void **state)
{
	struct vault_case f;
	char *home, *before = getenv("HOME") ? strdup(getenv("HOME")) : NULL;

	(void)state;
	vault_case_begin(&f, NULL);
	home = temp_dir("vault", &f.e);
	assert_non_null(home);
	setenv("HOME", home, 1);
	vault_case_use(&f, source_make(&vault_store_ops, "vault", "url", f.url, NULL));
	secret_fails(f.source, REF, ERR_CONFIG, false, "cannot open the secret file");
	write_token(home, 0644, VAULT_FAKE_TOKEN "\n");
	secret_fails(f.source, REF, ERR_CONFIG, false, "chmod 600");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	write_token(home, 0600, VAULT_FAKE_TOKEN "\n");
	secret_gives(f.source, REF, "canary-1", "reader");
	if (before)
		setenv("HOME", before, 1);
	free(before);
	temp_dir_remove(home);
	free(home);
	vault_case_end(&f);
}

static void a_token_cannot_break_a_header(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	setenv("TEST_TOKEN", "canary\r\nX-Evil: 1", 1);
	secret_fails(f.source, REF, ERR_CONFIG, false, "the token has characters that none has");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	vault_case_end(&f);
}

static struct source *approle(struct vault_case *f, const char *role)
{
	setenv("TEST_SECRET_ID", VAULT_FAKE_SECRET_ID, 1);
	return source_make(&vault_store_ops, "vault", "url", f->url, "auth", "approle", "role_id", role,
			   "secret_id", "env:TEST_SECRET_ID", NULL);
}

static void approle_logs_in_again_and_out(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	vault_case_use(&f, approle(&f, VAULT_FAKE_ROLE));
	secret_gives(f.source, REF, "canary-1", "reader");
	assert_int_equal(vault_fake_count(f.fake, "auth/approle/login"), 1);
	vault_fake_kill_token(f.fake, "hvs.canary-login-1");
	vault_fake_put(f.fake, "kv/x", "{\"a\":\"canary-b\"}");
	secret_gives(f.source, "vault:kv/x#a", "canary-b", "");
	assert_int_equal(vault_fake_count(f.fake, "auth/approle/login"), 2);
	/* Its leases go with it. */
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	assert_true(vault_fake_count(f.fake, "auth/token/revoke-self") >= 1);
	vault_case_use(&f, approle(&f, "another-role"));
	secret_fails(f.source, REF, ERR_AUTH, false, "invalid role or secret ID");
	vault_case_end(&f);
}

/* A token that somebody else made is not ended with us. */
static void a_given_token_is_left_alone(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	assert_int_equal(vault_fake_count(f.fake, "sys/leases/revoke"), 1);
	assert_int_equal(vault_fake_count(f.fake, "auth/token/revoke-self"), 0);
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_case_end(&f);
}

/* ---- what goes wrong ----------------------------------------------------------------------- */

static void test_P24_statuses_of_vault(void **state)
{
	static const struct {
		unsigned status;
		const char *body;
		enum err_kind kind;
		bool transient;
		const char *words;
	} cases[] = {
		{ 412, "{\"errors\":[]}", ERR_REMOTE, true, "this replica is behind" },
		{ 429, "{\"errors\":[\"request path: rate limit quota exceeded\"]}", ERR_QUOTA, true,
		  "rate limit quota exceeded" },
		{ 472, "", ERR_CONFIG, false, "disaster recovery" },
		{ 473, "", ERR_REMOTE, true, "standby" },
		{ 500, "{\"errors\":[\"internal error\"]}", ERR_REMOTE, true, "internal error" },
		{ 503, "{\"errors\":[\"Vault is sealed\"]}", ERR_REMOTE, true, "it is sealed" },
		{ 503, "", ERR_REMOTE, true, "it is sealed, or down" },
		{ 200, "<html>Sign in</html>", ERR_DECODE, false, "login page" },
		{ 200, "{\"data\":", ERR_DECODE, false, "" },
		{ 200, "[]", ERR_DECODE, false, "no JSON object" },
		{ 200, "{}", ERR_DECODE, false, "no secret at this path" },
		{ 200, "{\"data\":{\"metadata\":{},\"data\":null}}", ERR_DECODE, false, "no secret" },
	};
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vault_fake_fault(f.fake, "secret/", cases[i].status, cases[i].body, NULL, 0);
		secret_fails(f.source, REF, cases[i].kind, cases[i].transient, cases[i].words);
	}
	vault_fake_fault(f.fake, "", 0, NULL, NULL, 0);
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_case_end(&f);
}

static void test_P20_another_place_gets_no_token(void **state)
{
	struct vault_fake *other = vault_fake_start(&(struct vault_fake_options){ .lease_ms = 0 }, NULL);
	struct vault_case f;
	char url[120];

	(void)state;
	assert_non_null(other);
	vault_case_begin(&f, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/v1/secret/data/signoz", vault_fake_port(other));
	vault_fake_fault(f.fake, "secret/", 307, "", url, 1);
	secret_fails(f.source, REF, ERR_TRUST, false, "which gets no token: set vault.url to the active node");
	vault_fake_fault(f.fake, "secret/", 307, "", "//evil/v1/x", 1);
	secret_fails(f.source, REF, ERR_TRUST, false, "gets no token");
	vault_fake_fault(f.fake, "secret/", 307, "", "http://127.0.0.1@evil/v1/x", 1);
	secret_fails(f.source, REF, ERR_TRUST, false, "gets no token");
	vault_fake_fault(f.fake, "secret/", 302, "", url, 1);
	secret_fails(f.source, REF, ERR_TRUST, false, "refused to follow");
	assert_int_equal(vault_fake_count(other, ""), 0);
	/* The same place is another name for the same node. */
	snprintf(url, sizeof(url), "%s/v1/secret/data/signoz", f.url);
	vault_fake_fault(f.fake, "secret/", 307, "", url, 1);
	secret_gives(f.source, REF, "canary-1", "reader");
	secrets_close(0);
	/* But not for ever. */
	vault_fake_fault(f.fake, "secret/", 307, "", url, 0);
	secret_fails(f.source, REF, ERR_TRUST, false, "gets no token");
	vault_fake_stop(other);
	vault_case_end(&f);
}

static void test_P31_an_untrusted_vault_gets_no_token(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("vault", &e), url[64], ca[300];
	struct vault_case f;

	(void)state;
	assert_non_null(dir);
	if (!tls_files(dir, &e))
		fail_msg("%s", e.text);
	vault_case_begin(&f, &(struct vault_fake_options){ .tls_dir = dir });
	snprintf(url, sizeof(url), "https://127.0.0.1:%u", vault_fake_port(f.fake));
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	vault_case_use(&f, source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", NULL));
	secret_fails(f.source, REF, ERR_TRUST, false, "vault: ");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	secrets_close(0);
	vault_case_use(&f, source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", "ca_file",
				  ca, NULL));
	secret_gives(f.source, REF, "canary-1", "reader");
	temp_dir_remove(dir);
	free(dir);
	vault_case_end(&f);
}

static void test_P28_no_vault(void **state)
{
	struct vault_case f;
	char url[64];

	(void)state;
	vault_case_begin(&f, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", free_port());
	vault_case_use(&f, source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", NULL));
	secret_fails(f.source, REF, ERR_NETWORK, true, "vault: ");
	vault_case_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P25_denied_is_told_from_expired),
		cmocka_unit_test(a_new_token_is_found),
		cmocka_unit_test(test_P42_the_token_file_follows_the_rule),
		cmocka_unit_test(a_token_cannot_break_a_header),
		cmocka_unit_test(approle_logs_in_again_and_out),
		cmocka_unit_test(a_given_token_is_left_alone),
		cmocka_unit_test(test_P24_statuses_of_vault),
		cmocka_unit_test(test_P20_another_place_gets_no_token),
		cmocka_unit_test(test_P31_an_untrusted_vault_gets_no_token),
		cmocka_unit_test(test_P28_no_vault),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
