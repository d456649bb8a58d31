/* Our secrets from a real Vault, for tests/peers/vault.sh.
 *
 *   vault URL     its root token is in TEST_TOKEN
 *
 * Sets it up as an administrator would, then reads, is refused, lends, renews and gives
 * back as the program does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/registry.h"
#include "clients/secret_settings.h"
#include "clients/secrets.h"
#include "tests/support/client_fixture.h"
#include "tests/support/postgres_server.h"

static const char *url;
static struct postgres_server server;
static char port[16], role_id[80];

/* ---- an administrator -------------------------------------------------------------------- */

static bool keep(void *ctx, const struct http_response *r, const char *data, size_t len, struct err *e)
{
	(void)r;
	(void)e;
	return buf_put(ctx, data, len);
}

static long call(const char *method, const char *path, const char *body, struct buf *answer)
{
	struct source *s = source_make(&vault_store_ops, "vault", "url", url, NULL);
	struct http *http = http_new(s, NULL);
	char address[300], token[200];
	const char *headers[] = { token, NULL };
	struct http_request r = {
		.method = method, .url = address, .headers = headers, .body = body,
		.body_len = body ? strlen(body) : 0, .deadline = in_ms(10000),
	};
	struct http_response response;
	struct err e = { 0 };

	snprintf(address, sizeof(address), "%s/v1/%s", url, path);
	snprintf(token, sizeof(token), "X-Vault-Token: %s", getenv("TEST_ROOT"));
	if (!http_exchange(http, &r, NULL, keep, answer, &response, &e))
		fail_msg("%s: %s", path, e.text);
	http_free(http);
	source_free(s);
	return response.status;
}

static void set(const char *path, const char *body)
{
	struct buf answer = BUF_INIT;
	long status = call("POST", path, body, &answer);

	if (status != 200 && status != 204)
		fail_msg("%s: %ld %s", path, status, buf_str(&answer));
	buf_release(&answer);
}

/* A member of what it answers, copied. */
static char *get(const char *method, const char *path, const char *at)
{
	struct buf answer = BUF_INIT;
	json_t *root;
	char *out;

	call(method, path, strcmp(method, "POST") == 0 ? "{}" : NULL, &answer);
	root = jsontext_read(buf_str(&answer), answer.len, NULL);
	if (cell_is_null(jsontext_scalar(jsontext_at(root, at))))
		fail_msg("%s: %s", path, buf_str(&answer));
	out = strdup(jsontext_scalar(jsontext_at(root, at)).data);
	json_decref(root);
	buf_release(&answer);
	return out;
}

/* ---- what is tried ------------------------------------------------------------------------- */

static struct source *with_token(void)
{
	return source_make(&vault_store_ops, "vault", "url", url, "token", "env:TEST_TOKEN", NULL);
}

static struct source *with_role(void)
{
	return source_make(&vault_store_ops, "vault", "url", url, "auth", "approle", "role_id", role_id,
			   "secret_id", "env:TEST_SECRET_ID", NULL);
}

static void gives(const struct source *s, const char *ref, const char *secret, const char *user)
{
	struct login l = LOGIN_INIT;
	struct err e = { 0 };

	if (!secrets_get(s, ref, &l, in_ms(10000), NULL, &e))
		fail_msg("%s: %s", ref, e.text);
	assert_string_equal(l.secret.data, secret);
	assert_string_equal(l.user, user);
	login_release(&l);
}

static void fails(const struct source *s, const char *ref, enum err_kind kind, const char *words)
{
	struct login l = LOGIN_INIT;
	struct err e = { 0 };

	assert_false(secrets_get(s, ref, &l, in_ms(10000), NULL, &e));
	if (e.kind != kind || !strstr(e.text, words) || strstr(e.text, "canary"))
		fail_msg("%s: %s: %s", ref, err_word(e.kind), e.text);
}

static void end(struct source *vault, struct source *s)
{
	secrets_close(5 * USEC_SEC);
	source_free(s);
	source_free(vault);
}

static struct source *asker(struct source *vault)
{
	struct source *s = source_make(NULL, "signoz", NULL);

	s->vault = vault;
	return s;
}

static void values_of_both_versions(void **state)
{
	struct source *vault = with_token(), *s = asker(vault);

	(void)state;
	gives(s, "vault:secret/data/app/signoz#password", "canary-1", "reader");
	gives(s, "vault:old/app#number", "5439", "");
	fails(s, "vault:secret/data/app/signoz#none", ERR_CONFIG, "has no field \"none\"");
	fails(s, "vault:secret/data/none#x", ERR_CONFIG, "there is nothing at secret/data/none");
	fails(s, "vault:secret/app/signoz#password", ERR_CONFIG, "Invalid path for a versioned K/V");
	fails(s, "vault:nowhere/x#y", ERR_CONFIG, "no handler for route");
	fails(s, "vault:secret/data/gone#x", ERR_CONFIG, "the newest version of secret/data/gone was deleted");
	end(vault, s);
}

static void what_changes_is_fetched(void **state)
{
	struct source *vault = with_token(), *s = asker(vault);
	struct err e = { 0 };

	(void)state;
	secrets_begin();
	gives(s, "vault:old/app#token", "canary-2", "");
	set("old/app", "{\"token\":\"canary-3\",\"number\":5439}");
	err_set(&e, ERR_AUTH, 401, "signoz: refused");
	assert_true(secrets_again(s, in_ms(10000), NULL, &e));
	gives(s, "vault:old/app#token", "canary-3", "");
	end(vault, s);
}

static void refusals_are_told_apart(void **state)
{
	struct source *vault = with_role(), *s = asker(vault);

	(void)state;
	gives(s, "vault:secret/data/app/signoz#password", "canary-1", "reader");
	fails(s, "vault:secret/data/private#x", ERR_DENIED, "vault: secret/data/private is not allowed: permission denied");
	end(vault, s);
	setenv("TEST_TOKEN", "hvs.canary-none", 1);
	vault = with_token();
	s = asker(vault);
	fails(s, "vault:secret/data/app/signoz#password", ERR_AUTH, "expired or revoked, or was never good");
	end(vault, s);
	setenv("TEST_TOKEN", getenv("TEST_ROOT"), 1);
	setenv("TEST_SECRET_ID", "canary-none", 1);
	vault = with_role();
	s = asker(vault);
	fails(s, "vault:secret/data/app/signoz#password", ERR_AUTH, "invalid role or secret ID");
	end(vault, s);
}

static void users(const char *count)
{
	assert_true(postgres_wait(&server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'v-%'", count));
}

static void logs_in(struct source *s, struct record *r)
{
	const struct query q = { .name = "q", .text = "SELECT current_user, session_user LIKE 'v-%'", .id = "x-1",
				 .deadline = in_ms(15000) };
	void *conn = postgres_ops.open(s, NULL);
	struct err e = { 0 };

	record_init(r);
	if (!postgres_ops.run(conn, &q, NULL, &r->sink, &e))
		fail_msg("%s", e.text);
	assert_non_null(strstr(buf_str(&r->rows), "|t\n"));
	postgres_ops.close(conn);
}

/* With a lease of five seconds: renewed for as long as it is used, and gone with us. */
static void a_user_is_lent_and_given_back(void **state, struct source *vault)
{
	struct source *s = source_make(&postgres_ops, "warehouse", "host", "127.0.0.1", "port", port, "database",
				       "postgres", "sslmode", "disable", "password", "vault_db:database/creds/reader",
				       NULL);
	struct record first, again;
	struct login l = LOGIN_INIT;
	struct err e = { 0 };
	usec until;

	(void)state;
	s->vault = vault;
	logs_in(s, &first);
	users("1");
	assert_true(secrets_get(s, "vault_db:database/creds/reader", &l, in_ms(1000), NULL, &e));
	until = l.ends;
	/* Until it has been renewed twice. */
	for (int i = 0; i < 200 && l.ends < until + 5 * USEC_SEC; i++) {
		assert_true(cancel_wait(NULL, -1, 0, in_ms(100), NULL));
		assert_true(secrets_get(s, "vault_db:database/creds/reader", &l, in_ms(1000), NULL, &e));
	}
	assert_true(l.ends >= until + 5 * USEC_SEC);
	logs_in(s, &again);
	assert_string_equal(buf_str(&again.rows), buf_str(&first.rows));
	users("1");
	login_release(&l);
	record_release(&first);
	record_release(&again);
	end(vault, s);
	users("0");
}

static void a_lease_under_a_given_token(void **state)
{
	a_user_is_lent_and_given_back(state, with_token());
}

static void a_lease_under_a_login(void **state)
{
	char *id = get("POST", "auth/approle/role/reader/secret-id", "data.secret_id");

	setenv("TEST_SECRET_ID", id, 1);
	free(id);
	a_user_is_lent_and_given_back(state, with_role());
}

/* The last: it stays so. */
static void sealed(void **state)
{
	struct source *vault = with_token(), *s = asker(vault);

	(void)state;
	set("sys/seal", NULL);
	fails(s, "vault:old/app#token", ERR_REMOTE, "it is sealed");
	end(vault, s);
}

/* ---- setting it up -------------------------------------------------------------------------- */

static void set_up_database(void)
{
	struct err e = { 0 };
	char body[600];

	if (!postgres_exec(&server, "CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'canary-keeper'", &e))
		fail_msg("%s", e.text);
	set("sys/mounts/database", "{\"type\":\"database\"}");
	snprintf(body, sizeof(body), "{\"plugin_name\":\"postgresql-database-plugin\",\"allowed_roles\":\"reader\","
		 "\"connection_url\":\"postgresql://{{username}}:{{password}}@127.0.0.1:%u/postgres?sslmode=disable\","
		 "\"username\":\"keeper\",\"password\":\"canary-keeper\"}", server.port);
	set("database/config/warehouse", body);
	set("database/roles/reader", "{\"db_name\":\"warehouse\",\"default_ttl\":\"5s\",\"max_ttl\":\"1h\","
	    "\"creation_statements\":[\"CREATE ROLE \\\"{{name}}\\\" LOGIN PASSWORD '{{password}}' VALID UNTIL "
	    "'{{expiration}}' IN ROLE analyst\"]}");
}

static void set_up_roles(void)
{
	char *id;

	set("sys/auth/approle", "{\"type\":\"approle\"}");
	set("sys/policies/acl/reader", "{\"policy\":\"path \\\"secret/data/app/*\\\" { capabilities = [\\\"read\\\"] }\\n"
	    "path \\\"database/creds/reader\\\" { capabilities = [\\\"read\\\"] }\\n"
	    "path \\\"sys/leases/revoke\\\" { capabilities = [\\\"update\\\"] }\"}");
	set("auth/approle/role/reader", "{\"token_policies\":\"reader\",\"token_ttl\":\"20s\",\"token_max_ttl\":\"1h\"}");
	id = get("GET", "auth/approle/role/reader/role-id", "data.role_id");
	snprintf(role_id, sizeof(role_id), "%s", id);
	free(id);
	id = get("POST", "auth/approle/role/reader/secret-id", "data.secret_id");
	setenv("TEST_SECRET_ID", id, 1);
	free(id);
}

static int start(void **state)
{
	struct err e = { 0 };

	clients_start(state);
	setenv("TEST_ROOT", getenv("TEST_TOKEN"), 1);
	if (!postgres_start(&server, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	snprintf(port, sizeof(port), "%u", server.port);
	set("sys/mounts/secret", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
	set("sys/mounts/old", "{\"type\":\"kv\"}");
	/* Mounting the second version takes a moment. */
	for (int i = 0; i < 100; i++) {
		struct buf answer = BUF_INIT;
		long status = call("POST", "secret/data/app/signoz",
				   "{\"data\":{\"username\":\"reader\",\"password\":\"canary-1\"}}", &answer);

		buf_release(&answer);
		if (status == 200)
			break;
		cancel_wait(NULL, -1, 0, in_ms(100), NULL);
	}
	set("secret/data/gone", "{\"data\":{\"x\":\"canary\"}}");
	call("DELETE", "secret/data/gone", NULL, &(struct buf)BUF_INIT);
	set("old/app", "{\"token\":\"canary-2\",\"number\":5439}");
	set_up_database();
	set_up_roles();
	return 0;
}

static int stop(void **state)
{
	postgres_stop(&server);
	return clients_stop(state);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_both_versions),
		cmocka_unit_test(what_changes_is_fetched),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(a_lease_under_a_given_token),
		cmocka_unit_test(a_lease_under_a_login),
		cmocka_unit_test(sealed),
	};

	if (argc != 2 || !getenv("TEST_TOKEN")) {
		fprintf(stderr, "vault URL, with the root token in TEST_TOKEN\n");
		return 2;
	}
	url = argv[1];
	return cmocka_run_group_tests(tests, start, stop);
}
