/* The signer against what AWS published: its test suite, the examples of its
 * documentation of IAM and S3. tests/peers/aws.sh lets other signers recompute
 * random requests. */
#include "clients/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SUITE_TIME (INT64_C(1440938160) * USEC_SEC) /* 2015-08-30 12:36:00 */
#define S3_TIME    (INT64_C(1369353600) * USEC_SEC) /* 2013-05-24 00:00:00 */

static const struct sigv4_signer suite_signer = {
	.id = "AKIDEXAMPLE", .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", .secret_len = 40,
};

static const struct sigv4_signer s3_signer = {
	.id = "AKIAIOSFODNN7EXAMPLE", .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	.secret_len = 40,
};

enum { HEADERS = 5 };

struct vector {
	const char *name, *method, *path, *query;
	struct sigv4_header headers[HEADERS];
	const char *body, *signed_names, *signature;
};

#define HOST { "Host", "example.amazonaws.com" }

static const struct vector suite[] = {
	{ "get-vanilla", "GET", "/", "", { HOST }, "", "host;x-amz-date",
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-relative", "GET", "/example/..", "", { HOST }, "", "host;x-amz-date",
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-relative-relative", "GET", "/example1/example2/../..", "", { HOST }, "",
	  "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-slash", "GET", "//", "", { HOST }, "", "host;x-amz-date",
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-slash-dot-slash", "GET", "/./", "", { HOST }, "", "host;x-amz-date",
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-slashes", "GET", "//example//", "", { HOST }, "", "host;x-amz-date",
	  "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84" },
	{ "get-slash-pointless-dot", "GET", "/./example", "", { HOST }, "", "host;x-amz-date",
	  "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5" },
	{ "get-space", "GET", "/example space/", "", { HOST }, "", "host;x-amz-date",
	  "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741" },
	{ "get-utf8", "GET", "/\xe1\x88\xb4", "", { HOST }, "", "host;x-amz-date",
	  "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
	{ "get-unreserved", "GET",
	  "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", { HOST }, "",
	  "host;x-amz-date", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
	{ "get-vanilla-query", "GET", "/", "", { HOST }, "", "host;x-amz-date",
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-vanilla-empty-query-key", "GET", "/", "Param1=value1", { HOST }, "",
	  "host;x-amz-date", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb" },
	{ "get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", { HOST },
	  "", "host;x-amz-date",
	  "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "get-vanilla-query-order-value", "GET", "/", "Param1=value2&Param1=value1", { HOST },
	  "", "host;x-amz-date",
	  "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694" },
	{ "get-vanilla-query-unreserved", "GET", "/",
	  "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
	  "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", { HOST }, "",
	  "host;x-amz-date", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197" },
	{ "get-vanilla-utf8-query", "GET", "/", "\xe1\x88\xb4=bar", { HOST }, "",
	  "host;x-amz-date", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04" },
	{ "get-header-key-duplicate", "GET", "/", "",
	  { HOST, { "My-Header1", "value2" }, { "My-Header1", "value2" }, { "My-Header1", "value1" } },
	  "", "host;my-header1;x-amz-date",
	  "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea" },
	{ "get-header-value-multiline", "GET", "/", "",
	  { HOST, { "My-Header1", "value1" }, { "My-Header1", "value2" }, { "My-Header1", "value3" } },
	  "", "host;my-header1;x-amz-date",
	  "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790" },
	{ "get-header-value-trim", "GET", "/", "",
	  { HOST, { "My-Header1", " value1" }, { "My-Header2", " \"a   b   c\"" } },
	  "", "host;my-header1;my-header2;x-amz-date",
	  "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
	{ "post-vanilla", "POST", "/", "", { HOST }, "", "host;x-amz-date",
	  "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "post-x-www-form-urlencoded", "POST", "/", "",
	  { { "Content-Type", "application/x-www-form-urlencoded" }, HOST }, "Param1=value1",
	  "content-type;host;x-amz-date",
	  "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
};

static struct sigv4_request request_of(const struct vector *v)
{
	struct sigv4_request r = {
		.method = v->method, .path = v->path, .query = v->query, .headers = v->headers,
		.body = v->body, .body_len = strlen(v->body), .region = "us-east-1",
		.service = "service", .now = SUITE_TIME,
	};

	while (r.nheaders < HEADERS && v->headers[r.nheaders].name)
		r.nheaders++;
	return r;
}

static void signed_as(const char *name, const struct sigv4_request *r, const struct sigv4_signer *who,
		      const char *names, const char *signature)
{
	struct sigv4_key key = { "" };
	struct buf lines = BUF_INIT, want = BUF_INIT;
	struct err e = { 0 };
	const char *at;

	if (!sigv4_sign(&key, r, who, &lines, &e))
		fail_msg("%s: %s", name, e.text);
	buf_printf(&want, "SignedHeaders=%s, Signature=%s\n", names, signature);
	at = strstr(buf_str(&lines), "SignedHeaders=");
	assert_non_null(at);
	if (strcmp(at, buf_str(&want)) != 0)
		fail_msg("%s:\n%s%s", name, at, buf_str(&want));
	buf_release(&lines);
	buf_release(&want);
}

static void the_published_suite(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(suite) / sizeof(suite[0]); i++) {
		struct sigv4_request r = request_of(&suite[i]);

		signed_as(suite[i].name, &r, &suite_signer, suite[i].signed_names, suite[i].signature);
	}
}

/* The example of the IAM documentation, step by step. */
static void each_step_is_as_documented(void **state)
{
	static const struct vector v = {
		"iam", "GET", "/", "Action=ListUsers&Version=2010-05-08",
		{ { "Host", "iam.amazonaws.com" },
		  { "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" } },
		"", "content-type;host;x-amz-date",
		"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
	};
	struct sigv4_request r = request_of(&v);
	struct buf canonical = BUF_INIT, names = BUF_INIT, text = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	r.service = "iam";
	assert_true(sigv4_canonical(&canonical, &names, &r, &suite_signer, &e));
	assert_string_equal(buf_str(&canonical),
			    "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
			    "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
			    "host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
			    "content-type;host;x-amz-date\n"
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_true(sigv4_string_to_sign(&text, &r, &canonical, &e));
	assert_string_equal(buf_str(&text),
			    "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
			    "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
	signed_as(v.name, &r, &suite_signer, v.signed_names, v.signature);
	buf_release(&canonical);
	buf_release(&names);
	buf_release(&text);
}

/* The examples of the S3 documentation: the path is signed as it is sent. */
static void s3_has_its_own_rules(void **state)
{
	static const struct vector get = {
		"s3 get", "GET", "/test.txt", "",
		{ { "Host", "examplebucket.s3.amazonaws.com" }, { "Range", "bytes=0-9" } }, "",
		"host;range;x-amz-content-sha256;x-amz-date",
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
	}, list = {
		"s3 list", "GET", "/", "max-keys=2&prefix=J",
		{ { "Host", "examplebucket.s3.amazonaws.com" } }, "",
		"host;x-amz-content-sha256;x-amz-date",
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	}, lifecycle = {
		"s3 lifecycle", "GET", "/", "lifecycle",
		{ { "Host", "examplebucket.s3.amazonaws.com" } }, "",
		"host;x-amz-content-sha256;x-amz-date",
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
	};
	const struct vector *const all[] = { &get, &list, &lifecycle };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sigv4_request r = request_of(all[i]);

		r.s3 = true;
		r.service = "s3";
		r.now = S3_TIME;
		signed_as(all[i]->name, &r, &s3_signer, all[i]->signed_names, all[i]->signature);
	}
}

static char *canonical_of(const struct sigv4_request *r)
{
	struct buf canonical = BUF_INIT, names = BUF_INIT;
	struct err e = { 0 };

	if (!sigv4_canonical(&canonical, &names, r, &suite_signer, &e))
		fail_msg("%s", e.text);
	buf_release(&names);
	return buf_detach(&canonical);
}

static void canonical_has(const char *path, const char *query, bool s3, const char *want)
{
	const struct sigv4_request r = {
		.method = "GET", .path = path, .query = query, .region = "r", .service = "s",
		.s3 = s3, .now = SUITE_TIME,
	};
	char *text = canonical_of(&r);

	if (strncmp(text, want, strlen(want)) != 0)
		fail_msg("%s ? %s:\n%s", path, query, text);
	free(text);
}

static void paths_and_queries(void **state)
{
	(void)state;
	canonical_has("", "", false, "GET\n/\n\n");
	canonical_has("/a%20b/c:d", "", false, "GET\n/a%2520b/c%3Ad\n\n");
	canonical_has("/a%20b//./c", "", true, "GET\n/a%20b//./c\n\n");
	canonical_has("/..", "", false, "GET\n/\n\n");
	canonical_has("/a/b/.", "", false, "GET\n/a/b/\n\n");
	canonical_has("/", "flag", false, "GET\n/\nflag=\n");
	canonical_has("/", "b=2&a=%7e&a=*/+&&c%3d=x%2", false, "GET\n/\na=%2A%2F%2B&a=~&b=2&c%3D=x%252\n");
	canonical_has("/", "ab=1&a=2&a-=3", false, "GET\n/\na=2&a-=3&ab=1\n");
}

/* A key is derived once; another day, region or secret needs another. */
static void a_key_is_kept_as_long_as_it_fits(void **state)
{
	struct sigv4_request r = request_of(&suite[0]);
	struct sigv4_signer other = suite_signer;
	struct sigv4_key key = { "" }, before;
	struct buf lines = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	assert_true(sigv4_sign(&key, &r, &suite_signer, &lines, &e));
	assert_string_equal(key.scope, "20150830/us-east-1/service/aws4_request");
	before = key;
	r.now += USEC_HOUR;
	assert_true(sigv4_sign(&key, &r, &suite_signer, &lines, &e));
	assert_memory_equal(&before, &key, sizeof(key));
	r.now += USEC_DAY;
	assert_true(sigv4_sign(&key, &r, &suite_signer, &lines, &e));
	assert_memory_not_equal(before.key, key.key, sizeof(key.key));
	before = key;
	other.secret = "Another";
	other.secret_len = 7;
	assert_true(sigv4_sign(&key, &r, &other, &lines, &e));
	assert_memory_not_equal(before.key, key.key, sizeof(key.key));
	sigv4_key_wipe(&key);
	for (size_t i = 0; i < sizeof(key.key); i++)
		assert_int_equal(key.key[i], 0);
	buf_release(&lines);
}

/* The signature is botocore's. */
static void a_session_token_is_signed(void **state)
{
	struct sigv4_signer who = suite_signer;
	struct sigv4_request r = request_of(&suite[0]);

	(void)state;
	r.method = "POST";
	who.token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22w==";
	signed_as("token", &r, &who, "host;x-amz-date;x-amz-security-token", 
		  "ef275cea908697bfb717fc7ddb5e017b37c0493c769b331ca88a06873d00f7e1");
}

static void what_cannot_be_signed_is_refused(void **state)
{
	struct sigv4_request r = request_of(&suite[0]);
	const struct sigv4_header split = { "X-Amz-Target", "a\r\nb: c" };
	struct sigv4_signer who = suite_signer;
	struct sigv4_key key = { "" };
	struct buf lines = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	who.id = "";
	assert_false(sigv4_sign(&key, &r, &who, &lines, &e));
	who.id = "AK ID";
	assert_false(sigv4_sign(&key, &r, &who, &lines, &e));
	who = suite_signer;
	who.secret_len = 0;
	assert_false(sigv4_sign(&key, &r, &who, &lines, &e));
	r.headers = &split;
	r.nheaders = 1;
	assert_false(sigv4_sign(&key, &r, &suite_signer, &lines, &e));
	r.nheaders = 0;
	r.now = -1;
	assert_false(sigv4_sign(&key, &r, &suite_signer, &lines, &e));
	assert_int_equal(lines.len, 0);
	buf_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_suite),
		cmocka_unit_test(each_step_is_as_documented),
		cmocka_unit_test(s3_has_its_own_rules),
		cmocka_unit_test(paths_and_queries),
		cmocka_unit_test(a_key_is_kept_as_long_as_it_fits),
		cmocka_unit_test(a_session_token_is_signed),
		cmocka_unit_test(what_cannot_be_signed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
