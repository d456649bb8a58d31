/* The files that AWS tools share: ~/.aws/config and ~/.aws/credentials. */
#ifndef CLIENTS_AWS_FILES_H
#define CLIENTS_AWS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rows.h"

enum { AWS_FILE_MAX = 256 << 10, AWS_PATH_MAX = 1024 };

struct aws_file {
	char path[AWS_PATH_MAX];
	char *text;              /* wiped on release; NULL = there is none */
	size_t len;
};

struct aws_files {
	struct aws_file config, credentials;
};

/* Where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say, or in ~/.aws. A file that
 * is not there is empty; one that others can read is refused. */
bool aws_files_read(struct aws_files *, struct err *);
void aws_files_release(struct aws_files *);

bool aws_files_has(const struct aws_files *, const char *profile);
/* What a profile says, from the credentials before the configuration; CELL_NULL when
 * it says nothing. Lives as long as the files. */
struct cell aws_files_get(const struct aws_files *, const char *profile, const char *key);
/* Of one of the two only: keys of different files do not belong together. */
enum aws_file_kind { AWS_CREDENTIALS, AWS_CONFIG };
struct cell aws_files_get_of(const struct aws_files *, enum aws_file_kind, const char *profile,
			     const char *key);

/* The same in one text. `prefix` is "profile " in a configuration, where only the
 * profile "default" goes without; NULL key: any. Pure. */
bool aws_ini_find(const char *text, size_t len, const char *prefix, const char *profile,
		  const char *key, struct cell *value);

#endif
