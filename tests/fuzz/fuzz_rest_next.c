/* Any address of a next page: what is followed stays at its origin, and is one path. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/rest_next.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cell address = { (const char *)data, size };
	struct rest_request r = REST_REQUEST_INIT;
	struct err e;

	if (rest_next_read(address, "https://api.example.com:443", size % 2, &r, &e)) {
		const char *path = buf_str(&r.path), *query = buf_str(&r.query);

		if ((!r.rooted && size % 2 == 0) || path[0] != '/' || strpbrk(path, " ?#\\\r\n") || strstr(path, "/../") ||
		    strpbrk(query, " #\r\n"))
			abort();
	}
	rest_request_release(&r);
	return 0;
}
