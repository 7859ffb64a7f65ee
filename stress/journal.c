// SPDX-License-Identifier: GPL-2.0-only
#include "journal.h"

#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "taint.h"

int journal_open(struct journal *journal)
{
	journal->races.nr_given = 0;
	journal->failed = false;
	journal->faults = false;
	journal->begun = 0;
	journal->taint = taint_read(TAINT_FILE);
	return brg_kmsg_open(&journal->kmsg, NULL);
}

void journal_close(struct journal *journal)
{
	brg_kmsg_close(&journal->kmsg);
}

bool journal_is_provoked(const char *line, const char *importer)
{
	char bdf[BRG_KMSG_BDF_BYTES];

	if (brg_kmsg_fault_device(line, bdf))
		return !strcmp(bdf, importer);
	return brg_kmsg_is_fault(line);
}

/* There are many races, and most of them without a word. */
static void copy_line(struct journal *journal, const char *line,
		      struct tail *copy)
{
	static const char head[] = "barrage: " JOURNAL_RACE;
	const char *race = strstr(line, head);

	if (race) {
		snprintf(journal->race, sizeof(journal->race), "%s", line);
		journal->begun = strtoull(race + strlen(head), NULL, 10) + 1;
		return;
	}
	if (*journal->race)
		tail_add(copy, journal->race);
	*journal->race = '\0';
	tail_add(copy, line);
}

int journal_next(struct journal *journal, struct tail *copy, unsigned int *left,
		 char *line, size_t size)
{
	bool kernels;
	int ret = 0;

	while (*left) {
		--*left;
		ret = brg_kmsg_next_line(&journal->kmsg, line, size, &kernels);
		if (ret <= 0)
			break;
		ret = 0;
		if (copy)
			copy_line(journal, line, copy);
		if (kernels && brg_kmsg_is_splat(line))
			return 1;
	}
	if (ret < 0)
		snprintf(line, size, "%s", brg_last_error());
	return ret;
}

uint64_t journal_race(const struct journal *journal, uint64_t rounds)
{
	uint64_t begun = journal->begun ?: rounds;

	return begun ? begun - 1 : 0;
}

bool journal_taints(struct journal *journal, char *text, size_t size)
{
	unsigned long taint = taint_read(TAINT_FILE), was = journal->taint;

	journal->taint = taint;
	if (taint == was)
		return false;
	snprintf(text, size, "the kernel is tainted: %#lx, was %#lx", taint,
		 was);
	return true;
}
