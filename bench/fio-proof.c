// SPDX-License-Identifier: GPL-2.0-only
#include "fio-proof.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#define MARK "barrage: verdict="

/* one job's line, as the engine wrote it */
struct line {
	char verdict[16];
	char kind[32];
	size_t nr_pages;
	size_t nr_in_bar;
};

/* " key=" and what follows up to a space; "" where it is not there */
static void value_of(const char *line, const char *key, char *value,
		     size_t size)
{
	const char *end = line + strcspn(line, "\n");
	const char *at = strstr(line, key);
	size_t len;

	*value = '\0';
	if (!at || at >= end)
		return;
	at += strlen(key);
	len = strcspn(at, " \n");
	snprintf(value, size, "%.*s", (int)len, at);
}

static size_t number_of(const char *line, const char *key)
{
	char value[32];

	value_of(line, key, value, sizeof(value));
	return strtoull(value, NULL, 10);
}

static void read_line(const char *text, struct line *line)
{
	value_of(text, "verdict=", line->verdict, sizeof(line->verdict));
	value_of(text, " kind=", line->kind, sizeof(line->kind));
	line->nr_pages = number_of(text, " pages=");
	line->nr_in_bar = number_of(text, " in_bar=");
}

static int judge(const struct line *line, const struct brg_mem_ops *kind)
{
	const char *wanted = brg_verdict_name(kind->verdict);
	bool p2p = kind->verdict == BRG_VERDICT_P2P;

	if (strcmp(line->kind, kind->name))
		return brg_fail(-EXDEV, "fio engine: used %s in place of %s",
				line->kind, kind->name);
	if (strcmp(line->verdict, wanted))
		return brg_fail(-EXDEV,
				"fio engine: %s: the verdict is %s, not %s",
				kind->name, line->verdict, wanted);
	if (!line->nr_pages || line->nr_in_bar != (p2p ? line->nr_pages : 0))
		return brg_fail(
			-EXDEV,
			"fio engine: %s: %zu of %zu pages lie in the BAR",
			kind->name, line->nr_in_bar, line->nr_pages);
	return 0;
}

int fio_proof_parse(const char *text, const struct brg_mem_ops *kind,
		    unsigned int nr_jobs, struct brg_proof *proof)
{
	struct brg_proof sum = {
		.verdict = kind->verdict,
		.expected = kind->verdict,
	};
	unsigned int found = 0;

	while ((text = strstr(text, MARK))) {
		struct line line;
		int ret;

		read_line(text, &line);
		ret = judge(&line, kind);
		if (ret)
			return ret;
		sum.nr_pages += line.nr_pages;
		sum.nr_in_bar += line.nr_in_bar;
		found++;
		text += strlen(MARK);
	}
	if (found != nr_jobs)
		return brg_fail(
			-ENODATA,
			"fio engine: %s: %u of %u jobs proved where their memory is",
			kind->name, found, nr_jobs);
	*proof = sum;
	return 0;
}
