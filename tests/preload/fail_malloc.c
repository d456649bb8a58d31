/* Preloaded into the program under test: one allocation fails, the one whose number is
 * in FAIL_MALLOC; the one and all behind it with FAIL_MALLOC_ON. At exit the number of
 * allocations is written to the descriptor in FAIL_MALLOC_FD. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 32 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

static atomic_ulong taken, number;
static atomic_bool on, ready;

static void set_up(void)
{
	const char *n = getenv("FAIL_MALLOC");
	void *frame;

	backtrace(&frame, 1);           /* which allocates when it is first called */
	number = n ? strtoul(n, NULL, 10) : 0;
	on = getenv("FAIL_MALLOC_ON") != NULL;
	ready = 1;
}

/* What libraries ask for that do not survive a refusal, also by way of the C library:
 * libfyaml 0.7.12 and ncurses 6.4 use what they did not get. */
static int spared(void)
{
	static const char *const names[] = { "/libfyaml.", "/libncursesw.", "/libtinfo." };
	void *frames[DEPTH];
	int n = backtrace(frames, DEPTH);
	Dl_info info;

	for (int i = 0; i < n; i++)
		for (unsigned k = 0; k < sizeof names / sizeof names[0]; k++)
			if (dladdr(frames[i], &info) && info.dli_fname && strstr(info.dli_fname, names[k]))
				return 1;
	return 0;
}

static int refuse(void)
{
	unsigned long i;

	if (!ready)
		return 0;
	i = ++taken;
	if (number == 0 || i < number || (i > number && !on) || spared())
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return refuse() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return refuse() ? NULL : __libc_realloc(old, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	if (refuse())
		return ENOMEM;
	*out = __libc_memalign(align, size);
	return *out ? 0 : ENOMEM;
}

__attribute__((constructor)) static void begin(void)
{
	set_up();
}

__attribute__((destructor)) static void report(void)
{
	const char *fd = getenv("FAIL_MALLOC_FD");
	char line[32];
	int n = snprintf(line, sizeof line, "%lu\n", (unsigned long)taken);

	if (fd && write((int)strtol(fd, NULL, 10), line, (size_t)n) != n)
		_exit(99);
}
