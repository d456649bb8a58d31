#include "tests/support/secret_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/client_fixture.h"

static bool get(const struct source *s, const char *ref, struct login *l, struct err *e)
{
	struct cancel cancel;
	bool ok;

	assert_true(cancel_init(&cancel, e));
	ok = secrets_get(s, ref, l, in_ms(10000), &cancel, e);
	cancel_release(&cancel);
	return ok;
}

void secret_gives(const struct source *s, const char *ref, const char *secret, const char *user)
{
	struct login l = LOGIN_INIT;
	struct err e = { 0 };

	if (!get(s, ref, &l, &e))
		fail_msg("%s: %s", ref, e.text);
	assert_string_equal(l.secret.data, secret);
	assert_string_equal(l.user, user);
	login_release(&l);
}

static void refused(const struct err *e, const struct login *l, enum err_kind kind, bool transient,
		    const char *words)
{
	if (e->kind != kind || e->transient != transient || !strstr(e->text, words) || strstr(e->text, "canary"))
		fail_msg("%s, %s: %s", err_word(e->kind), e->transient ? "transient" : "final", e->text);
	assert_null(l->secret.data);
}

void secret_fails(const struct source *s, const char *ref, enum err_kind kind, bool transient,
		  const char *words)
{
	struct login l = LOGIN_INIT;
	struct err e = { 0 };

	assert_false(get(s, ref, &l, &e));
	refused(&e, &l, kind, transient, words);
}

void secret_is_cancelled(const struct source *s, const char *ref, struct cancel *c)
{
	struct login l = LOGIN_INIT;
	struct err e = { 0 };

	assert_false(secrets_get(s, ref, &l, in_ms(10000), c, &e));
	refused(&e, &l, ERR_CANCELLED, false, "");
}
