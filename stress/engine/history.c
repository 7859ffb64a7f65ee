// SPDX-License-Identifier: GPL-2.0-only
#include "history.h"

#include <stddef.h>

struct history_entry *history_begin(struct history *history, uint32_t race,
				    unsigned int turn, unsigned int call,
				    uint64_t now_ns)
{
	uint32_t nr = atomic_load(&history->nr);
	struct history_entry *entry = &history->ring[nr % HISTORY_NR];

	*entry = (struct history_entry){
		.race = race,
		.turn = (uint16_t)turn,
		.call = (uint16_t)call,
		.begin_ns = now_ns,
	};
	/* nobody else writes it */
	atomic_store(&history->nr, nr + 1);
	return entry;
}

void history_end(struct history_entry *entry, int result, uint64_t now_ns)
{
	entry->result = result;
	entry->end_ns = now_ns;
}

const struct history_entry *history_get(const struct history *history,
					uint32_t number)
{
	uint32_t nr = atomic_load(&history->nr);
	uint32_t kept = nr < HISTORY_NR ? nr : HISTORY_NR;

	return number < kept ?
		       &history->ring[(nr - kept + number) % HISTORY_NR] :
		       NULL;
}
