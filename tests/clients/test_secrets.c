/* Secrets of HashiCorp Vault: fetched once, kept, renewed, given back, and told to nobody.
 * The answers come from the fake of Vault. */
#include "clients/secrets.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/secret_settings.h"
#include "tests/support/client_fixture.h"
#include "tests/support/process.h"
#include "tests/support/secret_case.h"
#include "tests/support/tls.h"
#include "tests/support/vault_fake.h"

#define REF "vault:secret/data/signoz#password"
#define DB  "vault_db:database/creds/reader"

struct fixture {
	struct vault_fake *fake;
	struct source *vault, *source;
	struct cancel cancel;
	char url[64];
	struct err e;
};

static void begin_as(struct fixture *f, const struct vault_fake_options *o, struct source *vault)
{
	*f = (struct fixture){ .vault = vault };
	f->fake = vault_fake_start(o, &f->e);
	if (!f->fake)
		fail_msg("%s", f->e.text);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u", vault_fake_port(f->fake));
	if (!f->vault)
		f->vault = source_make(&vault_store_ops, "vault", "url", f->url, "token", "env:TEST_TOKEN", NULL);
	f->source = source_make(NULL, "signoz", "password", REF, "token", "env:TEST_TOKEN", NULL);
	f->source->vault = f->vault;
	assert_true(cancel_init(&f->cancel, &f->e));
	setenv("TEST_TOKEN", VAULT_FAKE_TOKEN, 1);
	vault_fake_put(f->fake, "secret/data/signoz", "{\"username\":\"reader\",\"password\":\"canary-1\"}");
}

static void begin(struct fixture *f)
{
	begin_as(f, &(struct vault_fake_options){ .lease_ms = 0 }, NULL);
}

static void use_vault(struct fixture *f, struct source *vault)
{
	source_free(f->vault);
	f->source->vault = f->vault = vault;
}

static void end(struct fixture *f)
{
	secrets_close(0);
	assert_string_equal(vault_fake_complaint(f->fake), "");
	vault_fake_stop(f->fake);
	cancel_release(&f->cancel);
	source_free(f->vault);
	source_free(f->source);
}

static bool get(struct fixture *f, const char *ref, struct login *l)
{
	f->e = (struct err){ 0 };
	return secrets_get(f->source, ref, l, in_ms(10000), &f->cancel, &f->e);
}

/* ---- values ---------------------------------------------------------------------------- */

static void both_versions_are_read(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_put(f.fake, "kv/old", "{\"token\":\"canary-2\",\"port\":5439,\"no\":\"\",\"map\":{\"a\":1}}");
	secret_gives(f.source, "vault:kv/old#token", "canary-2", "");
	secret_gives(f.source, "vault:kv/old#port", "5439", "");
	secret_fails(f.source, "vault:kv/old#no", ERR_CONFIG, false, "vault: the field \"no\" is no text");
	secret_fails(f.source, "vault:kv/old#map", ERR_CONFIG, false, "the field \"map\" is no text");
	secret_fails(f.source, "vault:kv/old#other", ERR_CONFIG, false, "the secret has no field \"other\"");
	end(&f);
}

static void what_is_not_there_is_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_fails(f.source, "vault:secret/data/none#x", ERR_CONFIG, false, "vault: there is nothing at secret/data/none");
	secret_fails(f.source, "vault:secret/signoz#x", ERR_CONFIG, false, "Invalid path for a versioned K/V");
	vault_fake_put(f.fake, "secret/data/gone", NULL);
	secret_fails(f.source, "vault:secret/data/gone#x", ERR_CONFIG, false,
	      "the newest version of secret/data/gone was deleted");
	secret_fails(f.source, "vault:other/x#x", ERR_CONFIG, false, "no handler for route");
	end(&f);
}

static void references_are_checked(void **state)
{
	static const char *const good[] = {
		REF, DB, "secretsmanager:prod/redshift", "secretsmanager:prod/redshift#password",
		"secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/x-AbCdEf#password",
	};
	static const char *const bad[] = {
		"vault:secret/data/x", "vault:secret/data/x#", "vault:#x", "vault:/secret/data/x#y",
		"vault:v1/secret/data/x#y", "vault:secret/../sys/x#y", "vault:secret//x#y", "vault:a?b#y",
		"vault:a b#y", "vault_db:", "vault_db:a/../b", "vault_token:", "redshift_iam:", "secretsmanager:",
		"secretsmanager:a#", "secretsmanager:a b", "secretsmanager:a\"b", "secretsmanager:x:y", "pass:x", "secretsmanager:x#y\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (secrets_wrong(good[i]))
			fail_msg("%s: %s", good[i], secrets_wrong(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!secrets_wrong(bad[i]))
			fail_msg("%s is no reference", bad[i]);
	}
	assert_false(secrets_stored("env:X"));
	assert_false(secrets_stored("file:/x"));
}

static void a_store_has_to_be_configured(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.vault->configured = false;
	snprintf(f.vault->missing, sizeof(f.vault->missing), "no url: set vault.url or VAULT_ADDR");
	secret_fails(f.source, REF, ERR_CONFIG, false, "vault: no url: set vault.url or VAULT_ADDR");
	secret_fails(f.source, "secretsmanager:x", ERR_CONFIG, false, "store: there is none");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	end(&f);
}

static void a_source_says_whose_it_is(void **state)
{
	struct login l = LOGIN_INIT;
	struct fixture f;

	(void)state;
	begin(&f);
	assert_true(source_login(f.source, "password", &l, in_ms(5000), NULL, &f.e));
	assert_string_equal(l.secret.data, "canary-1");
	login_release(&l);
	vault_fake_deny(f.fake, "secret/");
	secrets_close(0);
	assert_false(source_login(f.source, "password", &l, in_ms(5000), NULL, &f.e));
	assert_non_null(strstr(f.e.text, "signoz: its password: vault: secret/data/signoz is not allowed"));
	assert_int_equal(f.e.kind, ERR_DENIED);
	end(&f);
}

static void namespaces_are_sent(void **state)
{
	struct fixture f;

	(void)state;
	begin_as(&f, &(struct vault_fake_options){ .namespace = "platform/logs" }, NULL);
	secret_fails(f.source, REF, ERR_AUTH, false, "permission denied for secret/data/signoz");
	secrets_close(0);
	use_vault(&f, source_make(&vault_store_ops, "vault", "url", f.url, "token", "env:TEST_TOKEN",
				  "namespace", "platform/logs", NULL));
	secret_gives(f.source, REF, "canary-1", "reader");
	end(&f);
}

/* ---- once ------------------------------------------------------------------------------ */

static void it_is_fetched_once_and_kept(void **state)
{
	struct login l = LOGIN_INIT;
	struct fixture f;
	unsigned was;

	(void)state;
	begin(&f);
	for (int i = 0; i < 5; i++)
		secret_gives(f.source, REF, "canary-1", "reader");
	assert_int_equal(vault_fake_count(f.fake, "secret/data/signoz"), 1);
	/* What one has already is not copied again. */
	assert_true(get(&f, REF, &l));
	was = l.generation;
	secret_release(&l.secret);
	assert_true(get(&f, REF, &l));
	assert_null(l.secret.data);
	assert_int_equal(l.generation, was);
	login_release(&l);
	end(&f);
}

static void each_source_has_its_own(void **state)
{
	struct fixture f;
	struct source *other;
	struct login l = LOGIN_INIT;

	(void)state;
	begin(&f);
	other = source_make(NULL, "rewind", "password", REF, NULL);
	other->vault = f.vault;
	secret_gives(f.source, REF, "canary-1", "reader");
	assert_true(secrets_get(other, REF, &l, in_ms(5000), NULL, &f.e));
	assert_int_equal(vault_fake_count(f.fake, "secret/data/signoz"), 2);
	login_release(&l);
	secrets_close(0);
	source_free(other);
	end(&f);
}

enum { THREADS = 8 };

struct asker {
	struct fixture *f;
	pthread_t thread;
	bool ok;
};

static void *ask_thread(void *arg)
{
	struct asker *a = arg;
	struct login l = LOGIN_INIT;
	struct err e = { 0 };

	a->ok = secrets_get(a->f->source, REF, &l, in_ms(10000), &a->f->cancel, &e) &&
		strcmp(l.secret.data, "canary-1") == 0;
	login_release(&l);
	return NULL;
}

static void many_threads_make_one_request(void **state)
{
	struct asker askers[THREADS];
	struct fixture f;

	(void)state;
	begin(&f);
	vault_fake_slow(f.fake, 50);
	for (size_t i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){ .f = &f };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_thread, &askers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(askers[i].thread, NULL);
		assert_true(askers[i].ok);
	}
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 1);
	assert_int_equal(vault_fake_count(f.fake, "auth/token/lookup-self"), 1);
	end(&f);
}

/* ---- refused ----------------------------------------------------------------------------- */

/* What a request of the source was told, and whether there is more to try. */
static bool again(struct fixture *f)
{
	f->e = (struct err){ 0 };
	err_set(&f->e, ERR_AUTH, 401, "signoz: wrong password");
	return secrets_again(f->source, in_ms(5000), &f->cancel, &f->e);
}

static void test_P25_what_was_changed_is_fetched_once(void **state)
{
	struct login held = LOGIN_INIT;
	struct fixture f;

	(void)state;
	begin(&f);
	assert_true(get(&f, REF, &held));
	secrets_begin();
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_put(f.fake, "secret/data/signoz", "{\"username\":\"reader\",\"password\":\"canary-9\"}");
	assert_true(again(&f));
	secret_gives(f.source, REF, "canary-9", "reader");
	/* What is open already gets it as well. */
	assert_true(source_login(f.source, "password", &held, in_ms(5000), NULL, &f.e));
	assert_string_equal(held.secret.data, "canary-9");
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 2);
	login_release(&held);
	end(&f);
}

static void test_P25_what_was_not_changed_is_not_tried_again(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secrets_begin();
	secret_gives(f.source, REF, "canary-1", "reader");
	assert_false(again(&f));
	assert_string_equal(f.e.text, "signoz: wrong password; its store has no other credentials");
	assert_int_equal(f.e.kind, ERR_AUTH);
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 2);
	/* A request that was given nothing of a store has nothing to fetch. */
	secrets_begin();
	assert_false(again(&f));
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 2);
	end(&f);
}

static void test_P25_a_store_that_is_away_is_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secrets_begin();
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_fault(f.fake, "", 503, "{\"errors\":[\"Vault is sealed\"]}", NULL, 0);
	assert_false(again(&f));
	assert_string_equal(f.e.text, "signoz: wrong password; vault: it is sealed, or down for maintenance");
	/* What was refused is not used again, although nothing else could be had. */
	secret_fails(f.source, REF, ERR_REMOTE, true, "sealed");
	end(&f);
}

static void *refused_thread(void *arg)
{
	struct asker *a = arg;
	struct err e = { 0 };
	struct login l = LOGIN_INIT;

	err_set(&e, ERR_AUTH, 401, "signoz: wrong password");
	secrets_begin();
	a->ok = secrets_get(a->f->source, REF, &l, in_ms(10000), NULL, &e);
	/* All of them were given the first, before any is refused. */
	vault_fake_put(a->f->fake, "secret/data/signoz", "{\"username\":\"reader\",\"password\":\"canary-9\"}");
	a->ok = a->ok && secrets_again(a->f->source, in_ms(10000), NULL, &e);
	a->ok = a->ok && secrets_get(a->f->source, REF, &l, in_ms(10000), NULL, &e) &&
		strcmp(l.secret.data, "canary-9") == 0;
	login_release(&l);
	return NULL;
}

static void refused_threads_find_the_new_one(void **state)
{
	struct asker askers[THREADS];
	struct fixture f;
	size_t ok = 0;

	(void)state;
	begin(&f);
	secret_gives(f.source, REF, "canary-1", "reader");
	for (size_t i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){ .f = &f };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, refused_thread, &askers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(askers[i].thread, NULL);
		ok += askers[i].ok;
	}
	/* Those that came when it was new already were refused with it, and have nothing else. */
	assert_true(ok >= 1);
	secret_gives(f.source, REF, "canary-9", "reader");
	end(&f);
}

/* ---- the token --------------------------------------------------------------------------- */

static void test_P25_denied_is_told_from_expired(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	vault_fake_deny(f.fake, "secret/");
	secret_fails(f.source, REF, ERR_DENIED, false, "vault: secret/data/signoz is not allowed: permission denied");
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 1);
	vault_fake_deny(f.fake, NULL);
	vault_fake_kill_token(f.fake, VAULT_FAKE_TOKEN);
	secret_fails(f.source, REF, ERR_AUTH, false, "the token is expired or revoked, or was never good");
	assert_int_equal(vault_fake_count(f.fake, "secret/"), 2);
	end(&f);
}

static void a_new_token_is_found(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_kill_token(f.fake, VAULT_FAKE_TOKEN);
	vault_fake_add_token(f.fake, "hvs.canary-token-2");
	setenv("TEST_TOKEN", "hvs.canary-token-2", 1);
	vault_fake_put(f.fake, "kv/x", "{\"a\":\"canary-b\"}");
	secret_gives(f.source, "vault:kv/x#a", "canary-b", "");
	end(&f);
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
	struct fixture f;
	char *home, *before = getenv("HOME") ? strdup(getenv("HOME")) : NULL;

	(void)state;
	begin(&f);
	home = temp_dir("vault", &f.e);
	assert_non_null(home);
	setenv("HOME", home, 1);
	use_vault(&f, source_make(&vault_store_ops, "vault", "url", f.url, NULL));
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
	end(&f);
}

static void a_token_cannot_break_a_header(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	setenv("TEST_TOKEN", "canary\r\nX-Evil: 1", 1);
	secret_fails(f.source, REF, ERR_CONFIG, false, "the token has characters that none has");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	end(&f);
}

static struct source *approle(struct fixture *f, const char *role)
{
	setenv("TEST_SECRET_ID", VAULT_FAKE_SECRET_ID, 1);
	return source_make(&vault_store_ops, "vault", "url", f->url, "auth", "approle", "role_id", role,
			   "secret_id", "env:TEST_SECRET_ID", NULL);
}

static void approle_logs_in_again_and_out(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	use_vault(&f, approle(&f, VAULT_FAKE_ROLE));
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
	use_vault(&f, approle(&f, "another-role"));
	secret_fails(f.source, REF, ERR_AUTH, false, "invalid role or secret ID");
	end(&f);
}

/* A token that somebody else made is not ended with us. */
static void a_given_token_is_left_alone(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	assert_int_equal(vault_fake_count(f.fake, "sys/leases/revoke"), 1);
	assert_int_equal(vault_fake_count(f.fake, "auth/token/revoke-self"), 0);
	secret_gives(f.source, REF, "canary-1", "reader");
	end(&f);
}

/* ---- leases ------------------------------------------------------------------------------- */

static void leases_are_renewed_while_they_are_used(void **state)
{
	struct login l = LOGIN_INIT;
	struct fixture f;

	(void)state;
	begin_as(&f, &(struct vault_fake_options){ .lease_ms = 1000 }, NULL);
	assert_true(get(&f, DB, &l));
	assert_true(l.ends != TIME_NONE && l.ends > in_ms(0));
	login_release(&l);
	assert_true(vault_fake_wait(f.fake, "sys/leases/renew", 2));
	/* Longer than it was lent for, and still the same. */
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	assert_int_equal(vault_fake_leases(f.fake), 1);
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	end(&f);
}

static void a_lease_that_is_not_renewed_is_replaced(void **state)
{
	struct fixture f;

	(void)state;
	begin_as(&f, &(struct vault_fake_options){ .lease_ms = 1000 }, NULL);
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	vault_fake_fault(f.fake, "sys/leases/renew", 400, "{\"errors\":[\"lease not found\"]}", NULL, 1);
	assert_true(vault_fake_wait(f.fake, "sys/leases/renew", 1));
	for (int i = 0; i < 100 && vault_fake_leases(f.fake) < 2; i++) {
		struct login l = LOGIN_INIT;

		assert_true(get(&f, DB, &l));
		login_release(&l);
		poll(NULL, 0, 20);
	}
	secret_gives(f.source, DB, "canary-db-1", "v-reader-1");
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	end(&f);
}

static void a_lease_that_is_refused_is_replaced(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secrets_begin();
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	assert_true(again(&f));
	secret_gives(f.source, DB, "canary-db-1", "v-reader-1");
	assert_int_equal(vault_fake_live(f.fake), 2);
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	assert_int_equal(vault_fake_count(f.fake, "sys/leases/revoke"), 2);
	end(&f);
}

/* Whoever leaves waits no longer than it says. */
static void giving_back_is_bounded(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	vault_fake_slow(f.fake, 60000);
	secrets_close(300 * USEC_MS);
	/* It was asked for, and left before that was done. */
	assert_int_equal(vault_fake_count(f.fake, "sys/leases/revoke"), 1);
	assert_int_equal(vault_fake_live(f.fake), 1);
	end(&f);
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
	struct fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vault_fake_fault(f.fake, "secret/", cases[i].status, cases[i].body, NULL, 0);
		secret_fails(f.source, REF, cases[i].kind, cases[i].transient, cases[i].words);
	}
	vault_fake_fault(f.fake, "", 0, NULL, NULL, 0);
	secret_gives(f.source, REF, "canary-1", "reader");
	end(&f);
}

static void test_P20_another_place_gets_no_token(void **state)
{
	struct vault_fake *other = vault_fake_start(&(struct vault_fake_options){ .lease_ms = 0 }, NULL);
	struct fixture f;
	char url[120];

	(void)state;
	assert_non_null(other);
	begin(&f);
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
	end(&f);
}

static void test_P31_an_untrusted_vault_gets_no_token(void **state)
{
	struct err e = { 0 };
	char *dir = temp_dir("vault", &e), url[64], ca[300];
	struct fixture f;

	(void)state;
	assert_non_null(dir);
	if (!tls_files(dir, &e))
		fail_msg("%s", e.text);
	begin_as(&f, &(struct vault_fake_options){ .tls_dir = dir }, NULL);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u", vault_fake_port(f.fake));
	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	use_vault(&f, source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", NULL));
	secret_fails(f.source, REF, ERR_TRUST, false, "vault: ");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	secrets_close(0);
	use_vault(&f, source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", "ca_file",
				  ca, NULL));
	secret_gives(f.source, REF, "canary-1", "reader");
	temp_dir_remove(dir);
	free(dir);
	end(&f);
}

static void test_P28_no_vault(void **state)
{
	struct fixture f;
	char url[64];

	(void)state;
	begin(&f);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", free_port());
	use_vault(&f, source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", NULL));
	secret_fails(f.source, REF, ERR_NETWORK, true, "vault: ");
	end(&f);
}

static void waiting_ends_with_the_user_and_the_deadline(void **state)
{
	struct login l = LOGIN_INIT;
	struct fixture f;
	struct firing *firing;

	(void)state;
	begin(&f);
	vault_fake_slow(f.fake, 60000);
	f.e = (struct err){ 0 };
	assert_false(secrets_get(f.source, REF, &l, in_ms(200), &f.cancel, &f.e));
	assert_int_equal(f.e.kind, ERR_TIMEOUT);
	firing = fire_later(&f.cancel, 100);
	secret_is_cancelled(f.source, REF, &f.cancel);
	firing_end(firing);
	/* Who is stopped asks for nothing more. */
	secret_is_cancelled(f.source, DB, &f.cancel);
	vault_fake_slow(f.fake, 0);
	end(&f);
}

static void stores_have_settings_of_their_own(void **state)
{
	static const char *const cases[][5] = {
		{ "url", "http://vault.example.net:8200", NULL, NULL, "credentials are not sent over plain http" },
		{ "url", "https://h/", "auth", "ldap", "auth \"ldap\" is none of" },
		{ "url", "https://h/", "auth", "approle", "no role_id: set vault.role_id" },
		{ "url", "https://h/", "approle_path", "a/../b?", "approle_path" },
		{ "url", "https://h/", "namespace", "a\nb", "namespace" },
		{ "url", "nonsense", NULL, NULL, "vault: url: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source *s = source_make(NULL, "vault", cases[i][0], cases[i][1], cases[i][2], cases[i][3], NULL);
		struct err e = { 0 };

		assert_false(vault_store_ops.prepare(s, &e));
		if (!strstr(e.text, cases[i][4]))
			fail_msg("%s", e.text);
		source_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_versions_are_read),
		cmocka_unit_test(what_is_not_there_is_named),
		cmocka_unit_test(references_are_checked),
		cmocka_unit_test(a_store_has_to_be_configured),
		cmocka_unit_test(a_source_says_whose_it_is),
		cmocka_unit_test(namespaces_are_sent),
		cmocka_unit_test(it_is_fetched_once_and_kept),
		cmocka_unit_test(each_source_has_its_own),
		cmocka_unit_test(many_threads_make_one_request),
		cmocka_unit_test(test_P25_what_was_changed_is_fetched_once),
		cmocka_unit_test(test_P25_what_was_not_changed_is_not_tried_again),
		cmocka_unit_test(test_P25_a_store_that_is_away_is_named),
		cmocka_unit_test(refused_threads_find_the_new_one),
		cmocka_unit_test(test_P25_denied_is_told_from_expired),
		cmocka_unit_test(a_new_token_is_found),
		cmocka_unit_test(test_P42_the_token_file_follows_the_rule),
		cmocka_unit_test(a_token_cannot_break_a_header),
		cmocka_unit_test(approle_logs_in_again_and_out),
		cmocka_unit_test(a_given_token_is_left_alone),
		cmocka_unit_test(leases_are_renewed_while_they_are_used),
		cmocka_unit_test(a_lease_that_is_not_renewed_is_replaced),
		cmocka_unit_test(a_lease_that_is_refused_is_replaced),
		cmocka_unit_test(giving_back_is_bounded),
		cmocka_unit_test(test_P24_statuses_of_vault),
		cmocka_unit_test(test_P20_another_place_gets_no_token),
		cmocka_unit_test(test_P31_an_untrusted_vault_gets_no_token),
		cmocka_unit_test(test_P28_no_vault),
		cmocka_unit_test(waiting_ends_with_the_user_and_the_deadline),
		cmocka_unit_test(stores_have_settings_of_their_own),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
