// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "results"
#include <barrage/results.h>
#include <barrage/env.h>
#include <barrage/log.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

struct brg_results {
	FILE *file;
	bool own;
	char path[256];
	struct brg_env env;
};

int brg_results_open(const char *path, struct brg_results **resultsp)
{
	struct brg_results *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return brg_fail(-ENOMEM, "out of memory");
	snprintf(new->path, sizeof(new->path), "%s", path);
	new->own = strcmp(path, "-");
	new->file = new->own ? fopen(path, "ae") : stdout;
	if (!new->file) {
		err = -errno;
		free(new);
		return brg_fail(err, "%s: %s", path, strerror(-err));
	}
	brg_env_read(&new->env);
	*resultsp = new;
	return 0;
}

void brg_results_close(struct brg_results *results)
{
	if (!results)
		return;
	if (results->own)
		fclose(results->file);
	free(results);
}

int brg_results_write(struct brg_results *results,
		      const struct brg_record *record)
{
	json_t *line;
	char *dump;
	int ret;

	ret = brg_record_check(record);
	if (ret)
		return ret;
	line = brg_record_build(record, &results->env);
	dump = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(line);
	if (!dump)
		return brg_fail(-ENOMEM, "%s: cannot make a record of it",
				record->name);
	errno = 0;
	if (fprintf(results->file, "%s\n", dump) < 0 || fflush(results->file))
		ret = brg_fail(errno ? -errno : -EIO, "%s: %s", results->path,
			       strerror(errno ? errno : EIO));
	free(dump);
	return ret;
}
