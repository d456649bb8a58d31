/* Any answer of an endpoint of tokens: what is taken can be sent in a header, and the place
 * that it names is one below the suffix. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/base_url.h"
#include "clients/rest_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char suffix[] = ".example.com";
	struct rest_grant g;
	struct base_url u;
	struct err e;

	if (!rest_grant_read((const char *)data, size, suffix, &g, &e))
		return 0;
	for (size_t i = 0; i < g.token.value.len; i++)
		if ((unsigned char)g.token.value.data[i] <= ' ' || (unsigned char)g.token.value.data[i] >= 0x7f)
			abort();
	if (g.token.value.len == 0 || (g.life != TIME_NONE && rest_token_use(g.life) > g.life))
		abort();
	if (g.token.base[0] &&
	    (base_url_parse(g.token.base, &u) || !u.tls || strlen(u.host) < sizeof(suffix) ||
	     strcasecmp(u.host + strlen(u.host) - strlen(suffix), suffix) != 0))
		abort();
	rest_token_release(&g.token);
	return 0;
}
