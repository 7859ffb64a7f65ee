// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* Pieces of a BAR that is mapped. */
#define BRG_LOG_PREFIX "provider"
#include "provider.h"

#include <barrage/clock.h>
#include <barrage/log.h>

#include <errno.h>

#include "size.h"

int brg_provider_take(struct brg_provider *provider, unsigned int bar,
		      size_t len, uint64_t *atp)
{
	char want[BRG_SIZE_BYTES], left[BRG_SIZE_BYTES], all[BRG_SIZE_BYTES];
	struct brg_bar_use *use = &provider->bars[bar];
	uint64_t at, largest;
	int ret;

	pthread_mutex_lock(&provider->lock);
	ret = brg_slices_take(&use->slices, len, &at);
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
	*atp = at;
	return 0;
}

void brg_provider_give(struct brg_provider *provider, unsigned int bar,
		       uint64_t at)
{
	pthread_mutex_lock(&provider->lock);
	brg_slices_give(&provider->bars[bar].slices, at);
	pthread_mutex_unlock(&provider->lock);
}

void *brg_provider_at(const struct brg_provider *provider, unsigned int bar,
		      uint64_t at)
{
	return (uint8_t *)provider->bars[bar].map + at;
}

static int prove_word(const struct brg_provider *provider, unsigned int bar,
		      uint64_t at, volatile uint64_t *word)
{
	uint64_t nonce = brg_clock_now_ns() ^ 0x6261727261676521ull;
	uint64_t old = *word, found = 0;
	int ret;

	at += provider->bars[bar].offset;
	*word = nonce;
	ret = brg_vfio_read(&provider->vfio, bar, at, &found, sizeof(found));
	*word = old;
	if (ret || found == nonce)
		return ret;
	return brg_fail(-EXDEV,
			"%s: BAR%u: what the CPU stored at %#llx is not there",
			provider->pci.bdf, bar, (unsigned long long)at);
}

int brg_provider_prove(const struct brg_provider *provider, unsigned int bar,
		       uint64_t at, void *addr, size_t len)
{
	const size_t last = len / sizeof(uint64_t) - 1;
	uint64_t *words = addr;
	int ret;

	ret = prove_word(provider, bar, at, words);
	return ret ? ret :
		     prove_word(provider, bar, at + last * sizeof(*words),
				words + last);
}
