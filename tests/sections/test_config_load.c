/* The real kinds and the real workspace: do their tables fit each other? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/client.h"
#include "sections/config.h"

static const struct setting_def *find_setting(const struct client_ops *client, const char *key,
					      size_t len)
{
	for (const struct setting_def *d = client->settings; d->key; d++)
		if (strlen(d->key) == len && strncmp(d->key, key, len) == 0)
			return d;
	return NULL;
}

/* The configuration keeps these keys for itself. */
static void test_kinds_leave_common_keys_alone(void **state)
{
	static const char *const common[] = { "kind", "title", "lane", "lag", "timeout", "enabled" };

	(void)state;
	for (const struct client_ops *const *k = client_kinds; *k; k++) {
		assert_ptr_equal(client_find((*k)->kind), *k);
		for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
			if (find_setting(*k, common[i], strlen(common[i])))
				fail_msg("kind %s: setting %s", (*k)->kind, common[i]);
		for (const struct setting_def *d = (*k)->settings; d->key; d++) {
			assert_non_null(d->help);
			/* A built-in secret is none. */
			assert_false(d->secret && d->fallback);
		}
	}
}

/* A name or preset that no kind knows would be without effect, unnoticed. */
static void test_workspace_names_real_settings(void **state)
{
	const struct workspace *w = &workspace_load;

	(void)state;
	for (size_t i = 0; i < w->nsources; i++) {
		const struct source_def *s = &w->sources[i];
		const struct client_ops *client = client_find(s->kind);

		if (!client)
			continue;
		for (const struct env_alias *a = s->env; a && a->key; a++)
			/* Every kind knows `enabled`. */
			if (strcmp(a->key, "enabled") != 0 && !find_setting(client, a->key, strlen(a->key)))
				fail_msg("%s: alias for %s, unknown to %s", s->name, a->key, s->kind);
		for (const char *const *p = s->presets; p && *p; p++)
			if (!find_setting(client, *p, strcspn(*p, "=")))
				fail_msg("%s: preset %s, unknown to %s", s->name, *p, s->kind);
	}
}

/* Every secret that can come from the environment is sealed at start. */
static void test_workspace_seals_its_secrets(void **state)
{
	const struct workspace *w = &workspace_load;

	(void)state;
	for (size_t i = 0; i < w->nsources; i++) {
		const struct client_ops *client = client_find(w->sources[i].kind);

		for (const struct env_alias *a = w->sources[i].env; client && a && a->key; a++) {
			const struct setting_def *d = find_setting(client, a->key, strlen(a->key));

			for (size_t n = 0; d && d->secret && n < 6 && a->names[n]; n++) {
				const char *const *sealed = w->secret_env;

				while (*sealed && strcmp(*sealed, a->names[n]) != 0)
					sealed++;
				if (!*sealed)
					fail_msg("%s is not sealed", a->names[n]);
			}
		}
	}
}

/* Without a file and without an environment nothing is wrong, only absent. */
static void test_nothing_configured(void **state)
{
	struct config c;
	struct err e = { 0 };

	(void)state;
	if (!config_parse(&c, &workspace_load, "", 0, "none", false, &e))
		fail_msg("%s", e.text);
	assert_int_equal(c.nsources, workspace_load.nsources);
	for (size_t i = 0; i < c.nsources; i++)
		assert_true(c.sources[i].configured == (c.sources[i].missing[0] == '\0'));
	config_release(&c);
}

/* The password of a proxy has no other place than its address, and is not told. */
static void test_the_password_of_a_proxy_is_not_told(void **state)
{
	static const struct { const char *proxy, *told; } cases[] = {
		{ "http://me:canary@proxy.example.net:3128", "http://me:\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2@proxy.example.net:3128 " },
		{ "me:canary@x@proxy:1", "me:\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2@proxy:1 " },
		{ "http://me@proxy:3128", "http://me@proxy:3128 " },
		{ "http://proxy:3128", "http://proxy:3128 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = BUF_INIT;
		char text[160];
		struct config c;
		struct err e = { 0 };

		snprintf(text, sizeof(text), "sources: { tracking: { url: 'https://h', auth: none, proxy: '%s' } }",
			 cases[i].proxy);
		if (!config_parse(&c, &workspace_load, text, strlen(text), "c.yaml", false, &e))
			fail_msg("%s", e.text);
		config_describe(&c, &out);
		if (!strstr(buf_str(&out), cases[i].told) || strstr(buf_str(&out), "canary"))
			fail_msg("%s", buf_str(&out));
		config_release(&c);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_leave_common_keys_alone),
		cmocka_unit_test(test_workspace_names_real_settings),
		cmocka_unit_test(test_workspace_seals_its_secrets),
		cmocka_unit_test(test_nothing_configured),
		cmocka_unit_test(test_the_password_of_a_proxy_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
