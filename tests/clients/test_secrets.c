/* Secrets: fetched once, kept, renewed, given back, and told to nobody. The answers come
 * from the fake of Vault. */
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

#include "tests/support/client_fixture.h"
#include "tests/support/process.h"
#include "tests/support/secret_case.h"
#include "tests/support/vault_case.h"

/* ---- values ---------------------------------------------------------------------------- */

static void both_versions_are_read(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_put(f.fake, "kv/old", "{\"token\":\"canary-2\",\"port\":5439,\"no\":\"\",\"map\":{\"a\":1}}");
	secret_gives(f.source, "vault:kv/old#token", "canary-2", "");
	secret_gives(f.source, "vault:kv/old#port", "5439", "");
	secret_fails(f.source, "vault:kv/old#no", ERR_CONFIG, false, "vault: the field \"no\" is no text");
	secret_fails(f.source, "vault:kv/old#map", ERR_CONFIG, false, "the field \"map\" is no text");
	secret_fails(f.source, "vault:kv/old#other", ERR_CONFIG, false, "the secret has no field \"other\"");
	vault_case_end(&f);
}

static void what_is_not_there_is_named(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secret_fails(f.source, "vault:secret/data/none#x", ERR_CONFIG, false, "vault: there is nothing at secret/data/none");
	secret_fails(f.source, "vault:secret/signoz#x", ERR_CONFIG, false, "Invalid path for a versioned K/V");
	vault_fake_put(f.fake, "secret/data/gone", NULL);
	secret_fails(f.source, "vault:secret/data/gone#x", ERR_CONFIG, false,
	      "the newest version of secret/data/gone was deleted");
	secret_fails(f.source, "vault:other/x#x", ERR_CONFIG, false, "no handler for route");
	vault_case_end(&f);
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
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	f.vault->configured = false;
	snprintf(f.vault->missing, sizeof(f.vault->missing), "no url: set vault.url or VAULT_ADDR");
	secret_fails(f.source, REF, ERR_CONFIG, false, "vault: no url: set vault.url or VAULT_ADDR");
	secret_fails(f.source, "secretsmanager:x", ERR_CONFIG, false, "store: there is none");
	assert_int_equal(vault_fake_count(f.fake, ""), 0);
	vault_case_end(&f);
}

static void a_source_says_whose_it_is(void **state)
{
	struct login l = LOGIN_INIT;
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	assert_true(source_login(f.source, "password", &l, in_ms(5000), NULL, &f.e));
	assert_string_equal(l.secret.data, "canary-1");
	login_release(&l);
	vault_fake_deny(f.fake, "secret/");
	secrets_close(0);
	assert_false(source_login(f.source, "password", &l, in_ms(5000), NULL, &f.e));
	assert_non_null(strstr(f.e.text, "signoz: its password: vault: secret/data/signoz is not allowed"));
	assert_int_equal(f.e.kind, ERR_DENIED);
	vault_case_end(&f);
}

static void namespaces_are_sent(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, &(struct vault_fake_options){ .namespace = "platform/logs" });
	secret_fails(f.source, REF, ERR_AUTH, false, "permission denied for secret/data/signoz");
	secrets_close(0);
	vault_case_use(&f, source_make(&vault_store_ops, "vault", "url", f.url, "token", "env:TEST_TOKEN",
				  "namespace", "platform/logs", NULL));
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_case_end(&f);
}

/* ---- once ------------------------------------------------------------------------------ */

static void it_is_fetched_once_and_kept(void **state)
{
	struct login l = LOGIN_INIT;
	struct vault_case f;
	unsigned was;

	(void)state;
	vault_case_begin(&f, NULL);
	for (int i = 0; i < 5; i++)
		secret_gives(f.source, REF, "canary-1", "reader");
	assert_int_equal(vault_fake_count(f.fake, "secret/data/signoz"), 1);
	/* What one has already is not copied again. */
	assert_true(vault_case_get(&f, REF, &l));
	was = l.generation;
	secret_release(&l.secret);
	assert_true(vault_case_get(&f, REF, &l));
	assert_null(l.secret.data);
	assert_int_equal(l.generation, was);
	login_release(&l);
	vault_case_end(&f);
}

static void each_source_has_its_own(void **state)
{
	struct vault_case f;
	struct source *other;
	struct login l = LOGIN_INIT;

	(void)state;
	vault_case_begin(&f, NULL);
	other = source_make(NULL, "rewind", "password", REF, NULL);
	other->vault = f.vault;
	secret_gives(f.source, REF, "canary-1", "reader");
	assert_true(secrets_get(other, REF, &l, in_ms(5000), NULL, &f.e));
	assert_int_equal(vault_fake_count(f.fake, "secret/data/signoz"), 2);
	login_release(&l);
	secrets_close(0);
	source_free(other);
	vault_case_end(&f);
}

enum { THREADS = 8 };

struct asker {
	struct vault_case *f;
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
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
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
	vault_case_end(&f);
}

/* ---- refused ----------------------------------------------------------------------------- */

/* What a request of the source was told, and whether there is more to try. */
static bool again(struct vault_case *f)
{
	f->e = (struct err){ 0 };
	err_set(&f->e, ERR_AUTH, 401, "signoz: wrong password");
	return secrets_again(f->source, in_ms(5000), &f->cancel, &f->e);
}

static void test_P25_what_was_changed_is_fetched_once(void **state)
{
	struct login held = LOGIN_INIT;
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	assert_true(vault_case_get(&f, REF, &held));
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
	vault_case_end(&f);
}

static void test_P25_what_was_not_changed_is_not_tried_again(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
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
	vault_case_end(&f);
}

static void test_P25_a_store_that_is_away_is_named(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secrets_begin();
	secret_gives(f.source, REF, "canary-1", "reader");
	vault_fake_fault(f.fake, "", 503, "{\"errors\":[\"Vault is sealed\"]}", NULL, 0);
	assert_false(again(&f));
	assert_string_equal(f.e.text, "signoz: wrong password; vault: it is sealed, or down for maintenance");
	/* What was refused is not used again, although nothing else could be had. */
	secret_fails(f.source, REF, ERR_REMOTE, true, "sealed");
	vault_case_end(&f);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static bool refused(const struct source *s, struct err *e)
{
	err_set(e, ERR_AUTH, 401, "jira: HTTP 401");
	return secrets_again(s, in_ms(5000), NULL, e);
}

static void login_is(const struct source *s, struct login *l, const char *secret)
{
	struct err e = { 0 };

	if (!source_login(s, "password", l, in_ms(5000), NULL, &e))
		fail_msg("%s", e.text);
	assert_string_equal(l->secret.data, secret);
}

/* Rotated in its file, it needs neither a restart nor a key; unchanged, no second request. */
static void test_P25_a_changed_file_is_read_once(void **state)
{
	struct login one = LOGIN_INIT, other = LOGIN_INIT;
	struct err e = { 0 };
	char *dir = temp_dir("secrets", &e), path[300], ref[320];
	struct source *s;

	(void)state;
	assert_non_null(dir);
	snprintf(path, sizeof(path), "%s/password", dir);
	snprintf(ref, sizeof(ref), "file:%s", path);
	write_file(path, "canary-1\n");
	s = source_make(NULL, "jira", "password", ref, NULL);
	login_is(s, &other, "canary-1");
	secrets_begin();
	login_is(s, &one, "canary-1");
	assert_false(refused(s, &e));
	assert_string_equal(e.text, "jira: HTTP 401; read anew, the secret is the same");
	/* The user tries again after changing it: the old one is not sent once more. */
	write_file(path, "canary-2\n");
	secrets_begin();
	login_is(s, &one, "canary-2");
	write_file(path, "canary-3\n");
	assert_true(refused(s, &e));
	login_is(s, &one, "canary-3");
	login_is(s, &other, "canary-3");
	/* What is gone holds, until it is refused. */
	assert_int_equal(unlink(path), 0);
	secrets_begin();
	login_is(s, &one, "canary-3");
	assert_false(refused(s, &e));
	assert_non_null(strstr(e.text, "jira: HTTP 401; cannot open the secret file"));
	assert_false(source_login(s, "password", &one, in_ms(5000), NULL, &e));
	assert_non_null(strstr(e.text, "jira: its password: cannot open the secret file"));
	login_release(&one);
	login_release(&other);
	secrets_close(0);
	source_free(s);
	temp_dir_remove(dir);
	free(dir);
}

/* It may ask a person: once for all connections. */
static void a_helper_is_run_once(void **state)
{
	struct login logins[3] = { LOGIN_INIT, LOGIN_INIT, LOGIN_INIT };
	struct err e = { 0 };
	char *dir = temp_dir("secrets", &e), path[300], ref[600];
	struct source *s;

	(void)state;
	assert_non_null(dir);
	snprintf(path, sizeof(path), "%s/runs", dir);
	snprintf(ref, sizeof(ref), "command:sh -c 'echo x >>%s; wc -l <%s | tr -d \" \"'", path, path);
	s = source_make(NULL, "jira", "password", ref, NULL);
	secrets_begin();
	for (size_t i = 0; i < 3; i++)
		login_is(s, &logins[i], "1");
	assert_true(refused(s, &e));
	for (size_t i = 0; i < 3; i++) {
		login_is(s, &logins[i], "2");
		login_release(&logins[i]);
	}
	secrets_close(0);
	source_free(s);
	temp_dir_remove(dir);
	free(dir);
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
	struct vault_case f;
	size_t ok = 0;

	(void)state;
	vault_case_begin(&f, NULL);
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
	vault_case_end(&f);
}

/* ---- leases ------------------------------------------------------------------------------- */

static void leases_are_renewed_while_they_are_used(void **state)
{
	struct login l = LOGIN_INIT;
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, &(struct vault_fake_options){ .lease_ms = 1000 });
	assert_true(vault_case_get(&f, DB, &l));
	assert_true(l.ends != TIME_NONE && l.ends > in_ms(0));
	login_release(&l);
	assert_true(vault_fake_wait(f.fake, "sys/leases/renew", 2));
	/* Longer than it was lent for, and still the same. */
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	assert_int_equal(vault_fake_leases(f.fake), 1);
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	vault_case_end(&f);
}

static void a_lease_that_is_not_renewed_is_replaced(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, &(struct vault_fake_options){ .lease_ms = 1000 });
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	vault_fake_fault(f.fake, "sys/leases/renew", 400, "{\"errors\":[\"lease not found\"]}", NULL, 1);
	assert_true(vault_fake_wait(f.fake, "sys/leases/renew", 1));
	for (int i = 0; i < 100 && vault_fake_leases(f.fake) < 2; i++) {
		struct login l = LOGIN_INIT;

		assert_true(vault_case_get(&f, DB, &l));
		login_release(&l);
		poll(NULL, 0, 20);
	}
	secret_gives(f.source, DB, "canary-db-1", "v-reader-1");
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	vault_case_end(&f);
}

static void a_lease_that_is_refused_is_replaced(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secrets_begin();
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	assert_true(again(&f));
	secret_gives(f.source, DB, "canary-db-1", "v-reader-1");
	assert_int_equal(vault_fake_live(f.fake), 2);
	secrets_close(5 * USEC_SEC);
	assert_int_equal(vault_fake_live(f.fake), 0);
	assert_int_equal(vault_fake_count(f.fake, "sys/leases/revoke"), 2);
	vault_case_end(&f);
}

static void close_meanwhile(void *ctx, const char *user, const char *password)
{
	(void)ctx;
	(void)user;
	(void)password;
	secrets_close(5 * USEC_SEC);
}

/* A lease that is made while the others are given back is given back too. */
static void what_comes_too_late_is_given_back(void **state)
{
	struct login l = LOGIN_INIT;
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, &(struct vault_fake_options){ .grant = close_meanwhile });
	assert_false(vault_case_get(&f, DB, &l));
	assert_int_equal(f.e.kind, ERR_CANCELLED);
	assert_null(l.secret.data);
	assert_int_equal(vault_fake_leases(f.fake), 1);
	assert_int_equal(vault_fake_live(f.fake), 0);
	vault_case_end(&f);
}

/* Whoever leaves waits no longer than it says. */
static void giving_back_is_bounded(void **state)
{
	struct vault_case f;

	(void)state;
	vault_case_begin(&f, NULL);
	secret_gives(f.source, DB, "canary-db-0", "v-reader-0");
	vault_fake_slow(f.fake, 60000);
	secrets_close(300 * USEC_MS);
	/* It was asked for, and left before that was done. */
	assert_int_equal(vault_fake_count(f.fake, "sys/leases/revoke"), 1);
	assert_int_equal(vault_fake_live(f.fake), 1);
	vault_case_end(&f);
}

/* ---- waiting, settings ------------------------------------------------------------------ */

static void waiting_ends_with_the_user_and_the_deadline(void **state)
{
	struct login l = LOGIN_INIT;
	struct vault_case f;
	struct firing *firing;

	(void)state;
	vault_case_begin(&f, NULL);
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
	vault_case_end(&f);
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
		cmocka_unit_test(test_P25_a_changed_file_is_read_once),
		cmocka_unit_test(a_helper_is_run_once),
		cmocka_unit_test(refused_threads_find_the_new_one),
		cmocka_unit_test(leases_are_renewed_while_they_are_used),
		cmocka_unit_test(a_lease_that_is_not_renewed_is_replaced),
		cmocka_unit_test(a_lease_that_is_refused_is_replaced),
		cmocka_unit_test(what_comes_too_late_is_given_back),
		cmocka_unit_test(giving_back_is_bounded),
		cmocka_unit_test(waiting_ends_with_the_user_and_the_deadline),
		cmocka_unit_test(stores_have_settings_of_their_own),
	};

	return cmocka_run_group_tests(tests, clients_start, clients_stop);
}
