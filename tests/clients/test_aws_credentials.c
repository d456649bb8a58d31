/* Where credentials are found, in which order, how they are refreshed, and that no
 * word of theirs gets out. The answers come from the fake of AWS. */
#include "clients/aws_credentials.h"

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

#include "clients/aws_chain.h"
#include "clients/aws_files.h"
#include "clients/aws_metadata.h"
#include "clients/aws_sts.h"
#include "clients/registry.h"
#include "tests/support/aws_fake.h"
#include "tests/support/client_fixture.h"
#include "tests/support/process.h"

static struct aws_fake *fake;
static char url[64], path[300];
static char *home;

static const char *const variables[] = {
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
	"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "TEST_ID", "TEST_SECRET", "TEST_TOKEN",
};

static void fake_with(unsigned key_seconds)
{
	const struct aws_fake_options options = { .key_seconds = key_seconds };
	struct err e = { 0 };

	aws_fake_stop(fake);
	fake = aws_fake_start(&options, &e);
	if (!fake)
		fail_msg("%s", e.text);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", aws_fake_port(fake));
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	fake = NULL;
	fake_with(0);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	home = temp_dir("aws", &e);
	if (!home)
		fail_msg("%s", e.text);
	snprintf(path, sizeof(path), "%s/.aws", home);
	assert_int_equal(mkdir(path, 0700), 0);
	setenv("HOME", home, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	aws_fake_stop(fake);
	temp_dir_remove(home);
	free(home);
	return 0;
}

static const char *write_file(const char *name, mode_t mode, const char *text)
{
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", home, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), mode), 0);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

#define BASE "region", "us-east-1", "output_location", "s3://r/", "url", url, "sts_url", url, \
	"metadata_url", url

/* What the chain finds for a source with these further settings. */
static bool search(struct source *s, struct aws_identity *out, struct err *e)
{
	*e = (struct err){ 0 };
	return aws_chain(s, out, in_ms(10000), NULL, e);
}

static void finds(struct source *s, const char *id, const char *token, const char *origin)
{
	struct aws_identity out = AWS_IDENTITY_INIT;
	struct err e;

	if (!search(s, &out, &e))
		fail_msg("%s", e.text);
	if (strncmp(out.id, id, strlen(id)) != 0 || strcmp(out.origin, origin) != 0 ||
	    strncmp(out.token.data ? out.token.data : "", token, strlen(token)) != 0)
		fail_msg("%s by %s", out.id, out.origin);
	if (strstr(out.origin, "canary"))
		fail_msg("a secret: %s", out.origin);
	aws_identity_release(&out);
	source_free(s);
}

static void fails(struct source *s, enum err_kind kind, const char *words)
{
	struct aws_identity out = AWS_IDENTITY_INIT;
	struct err e;

	assert_false(search(s, &out, &e));
	if (e.kind != kind || !strstr(e.text, words) || strstr(e.text, "canary"))
		fail_msg("%s: %s", err_word(e.kind), e.text);
	assert_null(out.secret.data);
	source_free(s);
}

static void fails_later(struct source *s, const char *words)
{
	struct aws_identity out = AWS_IDENTITY_INIT;
	struct err e;

	assert_false(search(s, &out, &e));
	if (e.kind != ERR_REMOTE || !e.transient || !strstr(e.text, words))
		fail_msg("%s, %s: %s", err_word(e.kind), e.transient ? "transient" : "final", e.text);
	source_free(s);
}

static struct source *plain(void)
{
	return source_make(&athena_ops, "athena", BASE, NULL);
}

static struct source *with_keys(void)
{
	return source_make(&athena_ops, "athena", BASE, "access_key", "env:TEST_ID", "secret_key",
			   "env:TEST_SECRET", "session_token", "env:TEST_TOKEN", NULL);
}

static struct source *with_profile(const char *name)
{
	return source_make(&athena_ops, "athena", BASE, "profile", name, NULL);
}

/* ---- settings and environment ------------------------------------------------------ */

static void settings_come_first(void **state)
{
	static const char *const nothing[] = { "", "none", "None", "your_token", "YOUR_SESSION_TOKEN",
					       "<token>" };

	(void)state;
	setenv("TEST_ID", "AKIDSET", 1);
	setenv("TEST_SECRET", "canary-set", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "canary-env", 1);
	finds(with_keys(), "AKIDSET", "", "settings access_key and secret_key");
	setenv("TEST_TOKEN", "canary-token", 1);
	finds(with_keys(), "AKIDSET", "canary-token", "settings access_key and secret_key");
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		struct aws_identity out = AWS_IDENTITY_INIT;
		struct source *s = with_keys();
		struct err e;

		setenv("TEST_TOKEN", nothing[i], 1);
		assert_true(search(s, &out, &e));
		assert_null(out.token.data);
		aws_identity_release(&out);
		source_free(s);
	}
	finds(plain(), "AKIDENV", "", "environment AWS_ACCESS_KEY_ID");
	setenv("AWS_SESSION_TOKEN", "canary-session", 1);
	finds(plain(), "AKIDENV", "canary-session", "environment AWS_ACCESS_KEY_ID");
}

static void half_of_a_pair_is_no_pair(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	fails(plain(), ERR_CONFIG, "no secret access key");
	setenv("AWS_SECRET_ACCESS_KEY", "canary\nX: y", 1);
	setenv("AWS_ACCESS_KEY_ID", "AK\r\nID", 1);
	fails(plain(), ERR_CONFIG, "cannot be credentials");
}

static void nobody_at_all(void **state)
{
	(void)state;
	fails(plain(), ERR_CONFIG, "athena: no AWS credentials: none set, no profile, no role");
}

/* ---- files ------------------------------------------------------------------------- */

static const char config_text[] =
	"# a comment\n[default]\nregion = eu-west-1\n\n"
	"[profile prod]\nrole_arn = " AWS_FAKE_ROLE "\nsource_profile = base\nexternal_id = 7\n"
	"[profile tool]\ncredential_process = printf '%s' "
	"'{\"Version\":1,\"AccessKeyId\":\"AKIDTOOL\",\"SecretAccessKey\":\"canary-tool\","
	"\"SessionToken\":\"canary-tool-token\",\"Expiration\":\"2099-01-01T00:00:00Z\"}'\n"
	"[profile broken]\ncredential_process = /bin/false\n"
	"[profile silent]\ncredential_process = printf canary-not-json\n"
	"[profile ring]\nrole_arn = " AWS_FAKE_ROLE "\nsource_profile = ring2\n"
	"[profile ring2]\nrole_arn = " AWS_FAKE_ROLE "\nsource_profile = ring\n"
	"[profile sso]\nsso_session = corp\n[profile code]\nrole_arn = x\nmfa_serial = y\n"
	"[profile lost]\nrole_arn = x\nsource_profile = nowhere\n[profile bare]\nregion = x\n"
	"[profile foreign]\nrole_arn = arn:aws:iam::9:role/other\nsource_profile = base\n"
	"[profile env]\nrole_arn = " AWS_FAKE_ROLE "\ncredential_source = Environment\n"
	"[profile login]\nlogin_session = arn:aws:sts::1:a\n[profile onbare]\nrole_arn = x\nsource_profile = bare\n"
	"[profile both]\nrole_arn = x\nsource_profile = base\ncredential_source = Environment\n"
	"[profile place]\nrole_arn = x\ncredential_source = Nowhere\n"
	"[profile self]\nrole_arn = x\nsource_profile = self\n"
	"[profile roleless]\nweb_identity_token_file = /nonexistent\n"
	"[profile base]\naws_session_token = canary-of-other-keys\n"
	"[profile both-kinds]\nrole_arn = x\nsource_profile = nowhere\naws_access_key_id = " AWS_FAKE_ID "\n"
	"aws_secret_access_key = " AWS_FAKE_SECRET "\n"
	"[profile over]\nrole_arn = " AWS_FAKE_ROLE "\nsource_profile = both-kinds\nduration_seconds = 900\n"
	"[profile 'with blanks']\nrole_arn = " AWS_FAKE_ROLE "\nsource_profile = base\n"
	"[profile strict]\nrole_arn = " AWS_FAKE_STRICT_ROLE "\nsource_profile = base\nexternal_id = ext-7\n"
	"role_session_name = desk\n"
	"[profile short]\nrole_arn = " AWS_FAKE_SHORT_ROLE "\nsource_profile = base\nduration_seconds = 900\n"
	"[profile slow]\ncredential_process = sleep 60\n"
	"[profile web]\nrole_arn = " AWS_FAKE_ROLE "\nweb_identity_token_file = /nonexistent\n";

static const char credentials_text[] =
	"[default]\naws_access_key_id=AKIDDEFAULT\naws_secret_access_key=canary-default ; mine\n"
	"[base]\nAWS_ACCESS_KEY_ID = " AWS_FAKE_ID "\naws_secret_access_key = " AWS_FAKE_SECRET "\n"
	"[session]\naws_access_key_id = AKIDSESSION\naws_secret_access_key = canary-s\n"
	"aws_session_token = canary-t\n";

static void write_files(void)
{
	write_file(".aws/config", 0600, config_text);
	write_file(".aws/credentials", 0600, credentials_text);
}

static void profiles_are_read(void **state)
{
	(void)state;
	write_files();
	finds(plain(), "AKIDDEFAULT", "", "profile default");
	finds(with_profile("session"), "AKIDSESSION", "canary-t", "profile session");
	setenv("AWS_PROFILE", "session", 1);
	finds(plain(), "AKIDSESSION", "canary-t", "profile session");
	finds(with_profile("base"), AWS_FAKE_ID, "", "profile base");
	finds(with_profile("tool"), "AKIDTOOL", "canary-tool-token", "profile tool, credential_process");
	/* A named profile outranks the environment, the default one does not. */
	unsetenv("AWS_PROFILE");
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "canary-env", 1);
	finds(with_profile("base"), AWS_FAKE_ID, "", "profile base");
	finds(plain(), "AKIDENV", "", "environment AWS_ACCESS_KEY_ID");
}

/* tests/peers/aws_chain.py compares all of this with botocore. */
static void the_order_is_that_of_aws(void **state)
{
	(void)state;
	write_files();
	/* Keys of a profile that is named come before its role; of one file come all three. */
	finds(with_profile("over"), "ASIAFAKEROLE", "canary-session-token",
	      "profile both-kinds, role " AWS_FAKE_ROLE);
	finds(with_profile("with blanks"), "ASIAFAKEROLE", "canary-session-token",
	      "profile base, role " AWS_FAKE_ROLE);
	/* A web identity comes before the keys of a profile, and behind its role. */
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", write_file("token", 0644, AWS_FAKE_WEB_TOKEN), 1);
	fails(plain(), ERR_CONFIG, "there is a token, and no role for it: set AWS_ROLE_ARN");
	setenv("AWS_ROLE_ARN", AWS_FAKE_ROLE, 1);
	finds(plain(), "ASIAFAKEROLE", "canary-session-token", "web identity, role " AWS_FAKE_ROLE);
	finds(with_profile("session"), "AKIDSESSION", "canary-t", "profile session");
	setenv("AWS_PROFILE", "prod", 1);
	finds(plain(), "ASIAFAKEROLE", "canary-session-token", "profile base, role " AWS_FAKE_ROLE);
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "canary-env", 1);
	finds(plain(), "AKIDENV", "", "environment AWS_ACCESS_KEY_ID");
	setenv("AWS_PROFILE", "nosuch", 1);
	fails(plain(), ERR_CONFIG, "nosuch: there is no such profile");
}

/* A profile that says nothing of credentials leaves them to where it runs, but not to the
 * environment when the settings name it. */
static void a_bare_profile_leaves_it_to_the_place(void **state)
{
	char full[100];

	(void)state;
	write_files();
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "canary-env", 1);
	snprintf(full, sizeof(full), "%s/container", url);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", full, 1);
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", AWS_FAKE_CONTAINER_TOKEN, 1);
	finds(with_profile("bare"), "ASIAFAKECONT", "canary-session-token", "container agent");
}

static void *fire_soon(void *ctx)
{
	cancel_fire(ctx);
	return NULL;
}

/* The helper would sleep for longer than any deadline here. */
static void a_slow_helper_can_be_stopped(void **state)
{
	struct aws_identity out = AWS_IDENTITY_INIT;
	struct source *s = with_profile("slow");
	struct cancel cancel;
	struct err e = { 0 };
	pthread_t thread;

	(void)state;
	write_files();
	assert_true(cancel_init(&cancel, &e));
	assert_int_equal(pthread_create(&thread, NULL, fire_soon, &cancel), 0);
	assert_false(aws_chain(s, &out, in_ms(60000), &cancel, &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	pthread_join(thread, NULL);
	assert_false(aws_chain(s, &out, in_ms(1), NULL, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_non_null(strstr(e.text, "deadline passed (secret command)"));
	cancel_release(&cancel);
	source_free(s);
}

static void profiles_fail_honestly(void **state)
{
	static const struct { const char *name; enum err_kind kind; const char *words; } cases[] = {
		{ "nosuch", ERR_CONFIG, "no such profile" }, { "broken", ERR_CONFIG, "status 1" },
		{ "silent", ERR_DECODE, "credential_process" }, { "ring", ERR_CONFIG, "name each other" },
		{ "sso", ERR_CONFIG, "signs in by SSO" }, { "login", ERR_CONFIG, "signs in by SSO" }, { "code", ERR_CONFIG, "code of a device" },
		{ "lost", ERR_CONFIG, "no such profile" }, { "bare", ERR_CONFIG, "no AWS credentials: none set, none in profile bare" },
		{ "onbare", ERR_CONFIG, "bare: the profile has no credentials" },
		{ "both", ERR_CONFIG, "both source_profile and credential_source" },
		{ "place", ERR_CONFIG, "its credential_source is none of" },
		{ "self", ERR_CONFIG, "name each other" },
		{ "roleless", ERR_CONFIG, "there is a token, and no role for it: set role_arn" },
		{ "foreign", ERR_AUTH, "not authorized to perform" },
		{ "env", ERR_CONFIG, "nobody to take its role" },
		{ "web", ERR_CONFIG, "cannot be read: /nonexistent" },
	};

	(void)state;
	write_files();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		fails(with_profile(cases[i].name), cases[i].kind, cases[i].words);
}

static void test_P42_files_that_others_read_are_refused(void **state)
{
	(void)state;
	write_file(".aws/credentials", 0644, credentials_text);
	fails(plain(), ERR_CONFIG, "chmod 600");
	unlink(path);
	assert_int_equal(symlink("/dev/null", path), 0);
	fails(plain(), ERR_CONFIG, "symbolic link");
	unlink(path);
	setenv("AWS_SHARED_CREDENTIALS_FILE", write_file("elsewhere", 0600, credentials_text), 1);
	finds(plain(), "AKIDDEFAULT", "", "profile default");
	setenv("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere", 1);
	finds(plain(), "AKIDDEFAULT", "", "profile default");
}

static void texts_of_profiles(void **state)
{
	static const char text[] =
		"key = outside\n[profile a b]\nkey=1 # c\nkey2 = #x\n key = nested\n[ profile  b ]\r\nKEY = 2\r\n"
		"novalue\n[b]\nkey = wrong\n[profile default]\nkey = 3\n[open\nkey = 4";
	struct cell v;

	(void)state;
	assert_true(aws_ini_find(text, sizeof(text) - 1, "profile ", "a b", "key", &v));
	assert_true(cell_is(v, "1"));
	assert_true(aws_ini_find(text, sizeof(text) - 1, "profile ", "a b", "key2", &v));
	assert_true(cell_is(v, "#x"));
	assert_true(aws_ini_find(text, sizeof(text) - 1, "profile ", "b", "key", &v));
	assert_true(cell_is(v, "2"));
	assert_true(aws_ini_find(text, sizeof(text) - 1, "profile ", "default", "key", &v));
	assert_true(cell_is(v, "3"));
	assert_true(aws_ini_find(text, sizeof(text) - 1, "", "b", "key", &v));
	assert_true(cell_is(v, "wrong"));
	assert_false(aws_ini_find(text, sizeof(text) - 1, "profile ", "open", "key", &v));
	assert_false(aws_ini_find(text, sizeof(text) - 1, "profile ", "b", "novalue", &v));
	assert_true(aws_ini_find(text, sizeof(text) - 1, "profile ", "b", NULL, &v));
}

/* ---- roles ------------------------------------------------------------------------- */

static void roles_are_taken(void **state)
{
	(void)state;
	write_files();
	finds(with_profile("prod"), "ASIAFAKEROLE", "canary-session-token",
	      "profile base, role " AWS_FAKE_ROLE);
	finds(source_make(&athena_ops, "athena", BASE, "profile", "base", "role_arn", AWS_FAKE_ROLE, NULL),
	      "ASIAFAKEROLE", "canary-session-token", "profile base, role " AWS_FAKE_ROLE);
	setenv("AWS_ACCESS_KEY_ID", AWS_FAKE_ID, 1);
	setenv("AWS_SECRET_ACCESS_KEY", AWS_FAKE_SECRET, 1);
	finds(with_profile("env"), "ASIAFAKEROLE", "canary-session-token",
	      "environment AWS_ACCESS_KEY_ID, role " AWS_FAKE_ROLE);
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 3);
	setenv("AWS_SECRET_ACCESS_KEY", "canary-wrong", 1);
	fails(with_profile("env"), ERR_AUTH, "SignatureDoesNotMatch");
}

static void a_role_is_asked_as_it_wants(void **state)
{
	(void)state;
	write_files();
	finds(with_profile("strict"), "ASIAFAKEROLE", "canary-session-token",
	      "profile base, role " AWS_FAKE_STRICT_ROLE);
	finds(with_profile("short"), "ASIAFAKEROLE", "canary-session-token",
	      "profile base, role " AWS_FAKE_SHORT_ROLE);
	finds(source_make(&athena_ops, "athena", BASE, "profile", "base", "role_arn", AWS_FAKE_STRICT_ROLE,
			  "external_id", "ext-7", "role_session_name", "desk", NULL), "ASIAFAKEROLE",
	      "canary-session-token", "profile base, role " AWS_FAKE_STRICT_ROLE);
	fails(source_make(&athena_ops, "athena", BASE, "profile", "base", "role_arn", AWS_FAKE_STRICT_ROLE,
			  "external_id", "ext-7", NULL), ERR_AUTH, "the trust policy does not allow it so");
}

static void a_web_identity_takes_one(void **state)
{
	(void)state;
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", write_file("token", 0644, AWS_FAKE_WEB_TOKEN "\n"), 1);
	setenv("AWS_ROLE_ARN", AWS_FAKE_ROLE, 1);
	finds(plain(), "ASIAFAKEROLE", "canary-session-token", "web identity, role " AWS_FAKE_ROLE);
	write_file("token", 0644, "canary-other");
	fails(plain(), ERR_AUTH, "InvalidIdentityToken");
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 0);
}

static void answers_of_sts(void **state)
{
	static const char *const bad[] = {
		"", "{}", "<AssumeRoleResponse/>",
		"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
		"<SecretAccessKey>canary</SecretAccessKey><SessionToken>t</SessionToken>"
		"<Expiration>soon</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
		"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A\nB</AccessKeyId>"
		"<SecretAccessKey>canary</SecretAccessKey><SessionToken>t</SessionToken>"
		"<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
		"</AssumeRoleResponse>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct aws_identity out = AWS_IDENTITY_INIT;
		struct err e = { 0 };

		assert_false(aws_sts_read(bad[i], strlen(bad[i]), "AssumeRole", &out, &e));
		assert_null(strstr(e.text, "canary"));
		aws_identity_release(&out);
	}
}

/* ---- near by ----------------------------------------------------------------------- */

static void a_container_is_asked(void **state)
{
	char full[100];

	(void)state;
	snprintf(full, sizeof(full), "%s/container", url);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", full, 1);
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", AWS_FAKE_CONTAINER_TOKEN, 1);
	finds(plain(), "ASIAFAKECONT", "canary-session-token", "container agent");
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	       write_file("token", 0644, AWS_FAKE_CONTAINER_TOKEN "\n"), 1);
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary-wrong", 1);
	finds(plain(), "ASIAFAKECONT", "canary-session-token", "container agent");
	write_file("token", 0644, "canary-wrong");
	fails(plain(), ERR_AUTH, "HTTP 401");
	/* It is at home, and busy: that is no refusal. */
	aws_fake_fault(fake, "container", "internal");
	fails_later(plain(), "the container agent gave HTTP 500");
	aws_fake_fault(fake, "container", "throttle");
	fails_later(plain(), "the container agent gave HTTP 429");
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/creds", 1);
	fails(plain(), ERR_TRUST, "names a place that gets no token");
}

/* Version 2, and only where that is not switched off. */
static void a_machine_is_asked(void **state)
{
	(void)state;
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	finds(plain(), "ASIAFAKEINST", "canary-session-token", "instance role worker-role");
	assert_int_equal(aws_fake_count(fake, "metadata"), 1);
	setenv("AWS_EC2_METADATA_DISABLED", "TRUE", 1);
	fails(plain(), ERR_CONFIG, "no AWS credentials");
	assert_int_equal(aws_fake_count(fake, "metadata"), 1);
}

static void no_machine_answers(void **state)
{
	char nowhere[64];

	(void)state;
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	snprintf(nowhere, sizeof(nowhere), "http://127.0.0.1:%u", free_port());
	fails(source_make(&athena_ops, "athena", "region", "us-east-1", "output_location", "s3://r/",
			  "metadata_url", nowhere, NULL), ERR_CONFIG, "no AWS credentials");
}

/* The question's time was over before anybody answered: that says nothing of credentials. */
static void a_machine_that_is_late_is_no_proof(void **state)
{
	struct aws_identity out = AWS_IDENTITY_INIT;
	struct source *s = plain();
	struct err e = { 0 };

	(void)state;
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	assert_false(aws_chain(s, &out, in_ms(0), NULL, &e));
	assert_int_equal(e.kind, ERR_TIMEOUT);
	source_free(s);
}

static void documents_of_keys(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"AccessKeyId\":\"A\"}", "{\"AccessKeyId\":1,\"SecretAccessKey\":null}",
		"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"canary\",\"Expiration\":\"x\"}",
		"{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"canary\"}",
		"{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"canary\"}",
		"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"canary\",\"Token\":\"a\\r\\nb\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct aws_identity out = AWS_IDENTITY_INIT;
		struct err e = { 0 };

		assert_false(aws_json_identity(bad[i], strlen(bad[i]), &out, &e));
		assert_null(strstr(e.text, "canary"));
		aws_identity_release(&out);
	}
}

/* ---- sharing ----------------------------------------------------------------------- */

static struct source *role_source(void)
{
	setenv("TEST_ID", AWS_FAKE_ID, 1);
	setenv("TEST_SECRET", AWS_FAKE_SECRET, 1);
	return source_make(&athena_ops, "athena", BASE, "role_arn", AWS_FAKE_ROLE, "access_key",
			   "env:TEST_ID", "secret_key", "env:TEST_SECRET", NULL);
}

enum { THREADS = 8 };

struct asker {
	pthread_t thread;
	struct source *source;
	bool ok;
	char id[AWS_ID_MAX];
};

static void *ask_keys(void *ctx)
{
	struct aws_identity who = AWS_IDENTITY_INIT;
	struct asker *a = ctx;
	struct err e;
	struct aws_credentials *c = aws_credentials_ref(a->source, &e);

	a->ok = aws_credentials_get(c, &who, in_ms(10000), NULL, &e);
	snprintf(a->id, sizeof(a->id), "%s", who.id);
	aws_identity_release(&who);
	aws_credentials_unref(c);
	return NULL;
}

static void many_ask_and_one_searches(void **state)
{
	struct source *s = role_source();
	struct aws_credentials *kept;
	struct asker a[THREADS];
	struct err e;

	(void)state;
	kept = aws_credentials_ref(s, &e);
	aws_fake_fault(fake, "AssumeRole", "slow:300");
	for (size_t i = 0; i < THREADS; i++) {
		a[i] = (struct asker){ .source = s };
		assert_int_equal(pthread_create(&a[i].thread, NULL, ask_keys, &a[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(a[i].thread, NULL);
		assert_true(a[i].ok);
		assert_string_equal(a[i].id, a[0].id);
	}
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 1);
	aws_credentials_unref(kept);
	source_free(s);
}

static void a_cancelled_search_is_taken_over(void **state)
{
	struct aws_identity who = AWS_IDENTITY_INIT;
	struct source *s = role_source();
	struct asker other = { .source = s };
	struct aws_credentials *c;
	struct cancel cancel;
	struct err e = { 0 };

	(void)state;
	c = aws_credentials_ref(s, &e);
	assert_true(cancel_init(&cancel, &e));
	cancel_fire(&cancel);
	assert_false(aws_credentials_get(c, &who, in_ms(10000), &cancel, &e));
	assert_int_equal(e.kind, ERR_CANCELLED);
	ask_keys(&other);
	assert_true(other.ok);
	cancel_release(&cancel);
	aws_credentials_unref(c);
	source_free(s);
}

static void get_keys(struct aws_credentials *c, struct aws_identity *who)
{
	struct err e;

	if (!aws_credentials_get(c, who, in_ms(10000), NULL, &e))
		fail_msg("%s", e.text);
}

static void keys_are_kept_until_refused(void **state)
{
	struct aws_identity who = AWS_IDENTITY_INIT, old = AWS_IDENTITY_INIT;
	struct source *s = role_source();
	struct aws_credentials *c;
	struct err e;

	(void)state;
	c = aws_credentials_ref(s, &e);
	get_keys(c, &who);
	get_keys(c, &who);
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 1);
	assert_true(aws_identity_copy(&old, &who, &e));
	aws_credentials_refused(c, &who);
	get_keys(c, &who);
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 2);
	/* Somebody else is refused the old ones: the new ones stay. */
	aws_credentials_refused(c, &old);
	get_keys(c, &who);
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 2);
	aws_identity_release(&who);
	aws_identity_release(&old);
	aws_credentials_unref(c);
	source_free(s);
}

/* Keys that last less than five minutes are renewed half a minute later at most, and
 * hold meanwhile; those of an hour are not asked for again. */
static void the_end_is_seen_coming(void **state)
{
	struct aws_identity who = AWS_IDENTITY_INIT;
	struct aws_credentials *c;
	struct source *s;
	struct err e;

	(void)state;
	fake_with(200);
	s = role_source();
	c = aws_credentials_ref(s, &e);
	get_keys(c, &who);
	get_keys(c, &who);
	assert_int_equal(aws_fake_count(fake, "AssumeRole"), 1);
	assert_true(who.expires != TIME_NONE);
	aws_identity_release(&who);
	aws_credentials_unref(c);
	source_free(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(settings_come_first),
		CASE(half_of_a_pair_is_no_pair),
		CASE(nobody_at_all),
		CASE(profiles_are_read),
		CASE(the_order_is_that_of_aws),
		CASE(a_bare_profile_leaves_it_to_the_place),
		CASE(a_slow_helper_can_be_stopped),
		CASE(profiles_fail_honestly),
		CASE(test_P42_files_that_others_read_are_refused),
		CASE(texts_of_profiles),
		CASE(roles_are_taken),
		CASE(a_role_is_asked_as_it_wants),
		CASE(a_web_identity_takes_one),
		CASE(answers_of_sts),
		CASE(a_container_is_asked),
		CASE(a_machine_is_asked),
		CASE(no_machine_answers),
		CASE(a_machine_that_is_late_is_no_proof),
		CASE(documents_of_keys),
		CASE(many_ask_and_one_searches),
		CASE(a_cancelled_search_is_taken_over),
		CASE(keys_are_kept_until_refused),
		CASE(the_end_is_seen_coming),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
