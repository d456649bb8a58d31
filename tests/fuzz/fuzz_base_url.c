/* An address that is read has a host without anything that could steer a request, and
 * its origin reads as the same address again. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct base_url url = { 0 }, again = { 0 };
	char *text = malloc(size + 1), origin[300];
	const char *why;

	memcpy(text, data, size);
	text[size] = '\0';
	why = base_url_parse(text, &url);
	if (why) {
		require(*why);
		free(text);
		return 0;
	}
	require(url.host[0] && strnlen(url.host, sizeof url.host) < sizeof url.host);
	require(url.port > 0 && url.port < 65536);
	for (const char *p = url.host; *p; p++)
		require((unsigned char)*p > ' ' && (unsigned char)*p < 0x7f && !strchr("/@?#\\%", *p));
	if (base_url_origin(&url, origin, sizeof origin)) {
		require(base_url_parse(origin, &again) == NULL);
		require(again.tls == url.tls && again.port == url.port && !strcmp(again.host, url.host));
	}
	free(text);
	return 0;
}
