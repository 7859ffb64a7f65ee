// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* Pieces of a BAR that is mapped. */
#define BRG_LOG_PREFIX "provider"
#include "provider.h"

#include <barrage/clock.h>
#include <barrage/log.h>

#include <errno.h>

#include "size.h"

int brg_provider_take(struct brg_provider *provider, unsigned int bar,
		      size_t len, void **addrp)
{
	char want[BRG_SIZE_BYTES], left[BRG_SIZE_BYTES], all[BRG_SIZE_BYTES];
	struct brg_bar_use *use = &provider->bars[bar];
	uint64_t offset, largest;
	int ret;

	pthread_mutex_lock(&provider->lock);
	ret = brg_slices_take(&use->slices, len, &offset);
	largest = brg_slices_largest(&use->slices);
	pthread_mutex_unlock(&provider->lock);
	if (ret)
		return brg_fail(ret,
				"%s: BAR exhausted: %s wanted, %s of %s left "
				"in one piece: ask for less, or use a larger "
				"BAR",
				provider->pci.bdf, brg_size_text(len, want),
				brg_size_text(largest, left),
				brg_size_text(use->length, all));
	*addrp = (uint8_t *)use->map + offset;
	return 0;
}

void brg_provider_give(struct brg_provider *provider, unsigned int bar,
		       void *addr)
{
	struct brg_bar_use *use = &provider->bars[bar];

	if (!addr)
		return;
	pthread_mutex_lock(&provider->lock);
	brg_slices_give(&use->slices,
			(uint64_t)((uint8_t *)addr - (uint8_t *)use->map));
	pthread_mutex_unlock(&provider->lock);
}

static int prove_word(const struct brg_provider *provider, unsigned int bar,
		      volatile uint64_t *word)
{
	const struct brg_bar_use *use = &provider->bars[bar];
	uint64_t at =
		use->offset + (uint64_t)((uint8_t *)word - (uint8_t *)use->map);
	uint64_t nonce = brg_clock_now_ns() ^ 0x6261727261676521ull;
	uint64_t old = *word, found = 0;
	int ret;

	*word = nonce;
	ret = brg_vfio_read(&provider->vfio, bar, at, &found, sizeof(found));
	*word = old;
	if (ret || found == nonce)
		return ret;
	return brg_fail(-EXDEV,
			"%s: BAR%u: what the CPU stored at %#llx is not there",
			provider->pci.bdf, bar, (unsigned long long)at);
}

int brg_provider_prove(struct brg_provider *provider, unsigned int bar,
		       void *addr, size_t len)
{
	uint64_t *words = addr;
	int ret;

	ret = prove_word(provider, bar, words);
	return ret ? ret :
		     prove_word(provider, bar,
				words + len / sizeof(*words) - 1);
}
