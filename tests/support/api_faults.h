/* What goes wrong in the API simulator, and where. Any thread. */
#ifndef TESTS_SUPPORT_API_FAULTS_H
#define TESTS_SUPPORT_API_FAULTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum { API_FAULTS = 16, API_ARG_MAX = 256 };

enum api_mode {
	API_MODE_NONE, API_MODE_SLOW, API_MODE_DROP, API_MODE_CUT, API_MODE_LENGTH,
	API_MODE_REDIRECT, API_MODE_HTML, API_MODE_MALFORMED, API_MODE_PAGES,
	API_MODE_SAME_PAGE, API_MODE_ECHO, API_MODE_SKEW, API_MODE_STATUS, API_MODE_ANSWER,
};

struct api_fault {
	char path[128];
	enum api_mode mode;
	unsigned status;                /* of STATUS and ANSWER */
	char arg[API_ARG_MAX];          /* of ANSWER the content type */
	long left;                      /* -1 = for good */
	char *body;                     /* of ANSWER */
	size_t len;
};

struct api_faults {
	pthread_mutex_t lock;
	struct api_fault items[API_FAULTS];
	usec skew;
};

void api_faults_init(struct api_faults *);
void api_faults_release(struct api_faults *);
/* As api_simulator_fault() and api_simulator_answer(). */
bool api_faults_set(struct api_faults *, const char *path, const char *spec);
bool api_faults_answer(struct api_faults *, const char *path, unsigned status,
		       const char *content_type, const char *body, size_t len);
/* The fault that befalls the next request to that path; its body is the caller's. */
struct api_fault api_faults_next(struct api_faults *, const char *path);
usec api_faults_skew(struct api_faults *);

#endif
