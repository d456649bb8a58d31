/* Reading a file of the configuration: a regular one that others cannot change, no link, and
 * not over 1 MiB. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sections/config_parts.h"

enum { FILE_LIMIT = 1 << 20, READ_STEP = 16 << 10 };

static bool check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, 0, "%s: is not a regular file", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: belongs to another user", path);
	if (st.st_mode & 022)
		return err_set(e, ERR_CONFIG, 0, "others may write it (mode %04o), run: chmod go-w %s",
			       (unsigned)st.st_mode & 07777, path);
	return true;
}

static bool read_all(int fd, const char *path, struct buf *out, struct err *e)
{
	char part[READ_STEP];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
		if (out->len + (size_t)n > FILE_LIMIT)
			return err_set(e, ERR_CONFIG, 0, "%s: is over 1 MiB", path);
		if (!buf_put(out, part, (size_t)n))
			return config_no_memory(e);
	}
	return true;
}

bool config_read_file(const char *path, struct buf *out, bool *absent, struct err *e)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool ok;

	*absent = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
	if (*absent)
		return false;
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_CONFIG, ELOOP, "%s: is a symbolic link; name the file itself",
			       path);
	if (fd < 0)
		return err_set(e, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
	ok = check_file(fd, path, e) && read_all(fd, path, out, e);
	close(fd);
	return ok;
}
