#include "base/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

static int add_fd(posix_spawn_file_actions_t *files, int fd, int as)
{
	if (fd >= 0)
		return posix_spawn_file_actions_adddup2(files, fd, as);
	return posix_spawn_file_actions_addopen(files, as, "/dev/null", as ? O_WRONLY : O_RDONLY, 0);
}

int spawn_program(const struct spawn *s, pid_t *pid)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawn_file_actions_init(&files);
	if (rc != 0)
		return rc;
	posix_spawnattr_init(&attr);
	flags |= s->session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
	posix_spawnattr_setflags(&attr, flags);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	rc = add_fd(&files, s->in, 0);
	if (rc == 0)
		rc = add_fd(&files, s->out, 1);
	if (rc == 0)
		rc = add_fd(&files, s->err, 2);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, 3);
	if (rc == 0)
		rc = posix_spawnp(pid, s->argv[0], &files, &attr, s->argv, s->env ? s->env : environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}
