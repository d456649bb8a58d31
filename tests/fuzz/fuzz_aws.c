/* What credentials are made of: XML of STS, JSON of the machine, files of profiles;
 * and requests to be signed, whose canonical form does not change by signing it twice.
 * The first byte says which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/aws_chain.h"
#include "clients/aws_files.h"
#include "clients/aws_metadata.h"
#include "clients/aws_sts.h"
#include "clients/sigv4.h"
#include "clients/xmltext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

static void check_identity(bool ok, struct aws_identity *i)
{
	require(!ok || (i->id[0] && i->secret.len > 0 && !strpbrk(i->id, "\r\n ")));
	aws_identity_release(i);
}

static void xml(const char *text, size_t len)
{
	struct aws_identity who = AWS_IDENTITY_INIT;
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	bool found;

	if (xmltext_get(text, len, "*/*/b", &out, &found, &e))
		require(found || out.len == 0);
	else
		require(e.kind == ERR_DECODE && e.text[0]);
	require(out.len <= len);
	buf_release(&out);
	check_identity(aws_sts_read(text, len, "AssumeRole", &who, &e), &who);
}

static void json(const char *text, size_t len)
{
	struct aws_identity who = AWS_IDENTITY_INIT;
	struct err e = { 0 };

	check_identity(aws_json_identity(text, len, &who, &e), &who);
}

static void ini(const char *text, size_t len)
{
	struct cell v;

	if (aws_ini_find(text, len, "profile ", "p", "key", &v))
		require(v.data >= text && v.data + v.len <= text + len && !memchr(v.data, '\n', v.len));
	aws_ini_find(text, len, "", "p", NULL, &v);
}

/* "PATH\nQUERY\nVALUE" */
static void sign(const char *text, size_t len)
{
	char *copy = strndup(text, len), *rest = copy;
	const char *path = strsep(&rest, "\n"), *query = rest ? strsep(&rest, "\n") : "";
	const struct sigv4_header header = { "X-Amz-Meta", rest ? rest : "" };
	const struct sigv4_signer who = { "AKID", "secret", 6, NULL };
	struct sigv4_request r = {
		.method = "GET", .path = path, .query = query, .headers = &header, .nheaders = 1,
		.region = "us-east-1", .service = "x", .now = INT64_C(1440938160) * USEC_SEC,
	};
	struct buf lines = BUF_INIT;
	struct sigv4_key key = { "" };
	struct err e = { 0 };

	if (sigv4_sign(&key, &r, &who, &lines, &e)) {
		size_t lines_end = 0;

		for (const char *c = buf_str(&lines); *c; c++)
			lines_end += *c == '\n';
		require(lines_end == 2);
	}
	buf_release(&lines);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(const char *, size_t) = { xml, json, ini, sign };

	if (size > 0)
		kinds[data[0] % 4]((const char *)data + 1, size - 1);
	return 0;
}
