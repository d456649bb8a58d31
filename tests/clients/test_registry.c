#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/registry.h"

static void every_kind_is_found_and_whole(void **state)
{
	size_t n = 0;

	(void)state;
	for (; client_kinds[n]; n++) {
		const struct client_ops *k = client_kinds[n];

		assert_ptr_equal(client_find(k->kind), k);
		assert_true(k->settings && k->prepare && k->open && k->run && k->check && k->close);
		for (const struct setting_def *s = k->settings; s->key; s++)
			assert_non_null(s->help);
		k->close(NULL);
	}
	assert_true(n > 4);
	assert_null(client_find("oracle"));
	assert_null(client_find(""));
}

static void the_environment_of_libraries_is_scrubbed(void **state)
{
	static const char *const gone[] = {
		"PGHOST", "PGSERVICEFILE", "PGPASSWORD", "http_proxy", "HTTPS_PROXY", "All_Proxy",
		"no_proxy", "SSLKEYLOGFILE", "CURL_HOME", "CURL_CA_BUNDLE", "SSL_CERT_FILE",
		"SSL_CERT_DIR", "NETRC", "OPENSSL_CONF", "RES_OPTIONS", "HOSTALIASES",
	};
	static const char *const kept[] = {
		"HOME_OF_PG", "XPGHOST", "REDSHIFT_HOST", "TERM_proxy_no", "SSL_CERT_FILES", "_prox",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		setenv(gone[i], "canary", 1);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		setenv(kept[i], "kept", 1);
	clients_scrub_env();
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		assert_null(getenv(gone[i]));
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_string_equal(getenv(kept[i]), "kept");
	for (char **e = environ; *e; e++)
		assert_null(strstr(*e, "canary"));
}

static void an_empty_environment_is_fine(void **state)
{
	char **saved = environ, *none[] = { NULL };

	(void)state;
	environ = none;
	clients_scrub_env();
	environ = NULL;
	clients_scrub_env();
	environ = saved;
}

static void settings_are_read(void **state)
{
	char key[][8] = { "a", "b", "c", "d" };
	char value[][8] = { "12", "x", "Yes", "" };
	struct setting settings[4];
	const struct source s = { .name = "orders", .settings = settings, .nsettings = 4 };
	struct secret secret = SECRET_INIT;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		settings[i] = (struct setting){ key[i], value[i], value[i] };
	assert_int_equal(source_int(&s, "a", 5), 12);
	assert_int_equal(source_int(&s, "b", 5), 5);
	assert_int_equal(source_int(&s, "none", 5), 5);
	assert_true(source_bool(&s, "c", false));
	assert_false(source_bool(&s, "b", true));
	assert_true(source_bool(&s, "d", true));
	assert_string_equal(source_get(&s, "b", "z"), "x");
	assert_string_equal(source_get(&s, "none", "z"), "z");
	assert_false(source_secret(&s, "none", &secret, &e));
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_string_equal(e.text, "orders: its none is not set");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_found_and_whole),
		cmocka_unit_test(the_environment_of_libraries_is_scrubbed),
		cmocka_unit_test(an_empty_environment_is_fine),
		cmocka_unit_test(settings_are_read),
	};

	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
