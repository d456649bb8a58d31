/* What the commands share: the configuration they ask for, and `demo --list`. */
#include "views/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "sections/demo.h"
#include "sections/section.h"

bool command_config(const struct command *cmd, struct config *config, struct err *e)
{
	char *path;
	bool ok;

	if (!cmd->demo)
		return config_load(config, &workspace_load, cmd->config_path, e);
	path = demo_db_path(e);
	ok = path && demo_config(config, path, e);
	free(path);
	return ok;
}

int cmd_demo_list(const struct command *cmd)
{
	struct err e = { 0 };
	struct buf out = BUF_INIT;
	bool ok = demo_list(&out, &e);

	(void)cmd;
	if (!ok)
		fprintf(stderr, "sextant: %s\n", e.text);
	else
		fputs(buf_str(&out), stdout);
	buf_release(&out);
	return ok ? 0 : 1;
}
