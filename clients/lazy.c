/* Loads libcurl, libpq and OpenSSL when they are first needed: see lazy.sh, whose
 * jumps go through the table that is filled here. Programs that are linked against
 * the libraries themselves (tests, sanitizer builds) have no table. */
#include "clients/lazy.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

extern void *lazy_table[] __attribute__((weak));
extern void *lazy_table_end[] __attribute__((weak));
extern const char lazy_names[] __attribute__((weak));   /* "libcurl.so.4\0curl_easy_init\0...\0" */

bool lazy_load(struct err *e)
{
	const char *loaded = "";
	void *library = NULL;
	size_t n = 0;

	if (!lazy_table)
		return true;
	for (const char *at = lazy_names; *at; n++) {
		const char *soname = at, *name = at + strlen(at) + 1;

		if (strcmp(soname, loaded) != 0)
			library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
		if (!library)
			return err_set(e, ERR_CONFIG, 0, "cannot load %s: %s", soname, dlerror());
		loaded = soname;
		lazy_table[n] = dlsym(library, name);
		if (!lazy_table[n])
			return err_set(e, ERR_CONFIG, 0, "%s has no %s", soname, name);
		at = name + strlen(name) + 1;
	}
	/* Whole pages of their own: nobody writes there again. */
	mprotect(lazy_table, (size_t)((char *)lazy_table_end - (char *)lazy_table), PROT_READ);
	return true;
}
