// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "provider"
#include "provider.h"

#include <barrage/log.h>
#include <barrage/p2p.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "keep.h"
#include <barrage/quirk.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct brg_provider *providers;

/* Why something failed is what the caller reads; not how its undo did. */
static void give_back(struct brg_provider *provider)
{
	struct brg_kept kept;

	brg_keep_error(&kept);
	if (brg_pci_restore(&provider->binding))
		brg_warn("%s", brg_last_error());
	brg_keep_restore(&kept);
}

static int open_device(const struct brg_pci *pci, struct brg_provider **outp)
{
	struct brg_provider *new;
	int ret;

	/* before anything is bound: what cannot work is left alone */
	ret = brg_pci_check_group(pci);
	if (ret)
		return ret;
	new = calloc(1, sizeof(*new));
	if (!new)
		return brg_fail(-ENOMEM, "out of memory");
	new->owner = getpid();
	pthread_mutex_init(&new->lock, NULL);
	new->pci = *pci;
	if (!*pci->driver)
		ret = brg_pci_bind(pci->bdf, "vfio-pci", &new->binding);
	if (ret)
		goto free;
	ret = brg_vfio_open(pci->bdf, &new->vfio);
	if (ret)
		goto restore;
	new->next = providers;
	providers = new;
	*outp = new;
	return 0;

restore:
	give_back(new);
free:
	pthread_mutex_destroy(&new->lock);
	free(new);
	return ret;
}

static void close_device(struct brg_provider *old)
{
	struct brg_provider **at = &providers;

	while (*at != old)
		at = &(*at)->next;
	*at = old->next;
	brg_vfio_close(&old->vfio);
	if (old->owner == getpid())
		give_back(old);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

const struct brg_vfio *brg_provider_vfio(const struct brg_provider *provider)
{
	return &provider->vfio;
}

static const char *const use_texts[] = {
	[BRG_PROVIDER_MAPPED] = "mapped through VFIO (bounce)",
	[BRG_PROVIDER_REGISTERED] = "registered for P2P",
	[BRG_PROVIDER_EXPORTED] = "exported as dma-bufs",
	[BRG_PROVIDER_PAGED] = "exported as dma-bufs with pages",
};

static int check_same(const struct brg_provider *provider, unsigned int bar,
		      enum brg_provider_use use, uint64_t offset,
		      uint64_t length)
{
	const struct brg_bar_use *now = &provider->bars[bar];

	if (now->use != use)
		return brg_fail(-EBUSY,
				"%s: BAR%u: this process has it %s: close that "
				"first",
				provider->pci.bdf, bar, use_texts[now->use]);
	if (now->offset != offset || now->length != length)
		return brg_fail(-EBUSY,
				"%s: BAR%u: this process uses %#llx bytes at "
				"%#llx of it: a second range must be the same",
				provider->pci.bdf, bar,
				(unsigned long long)now->length,
				(unsigned long long)now->offset);
	return 0;
}

static int start_use(struct brg_provider *provider, unsigned int bar,
		     enum brg_provider_use use, uint64_t offset,
		     uint64_t length)
{
	struct brg_bar_use *new = &provider->bars[bar];
	int ret;

	ret = brg_quirk_prepare(&provider->vfio, &provider->pci, bar);
	if (ret)
		return ret;
	if (use == BRG_PROVIDER_MAPPED)
		ret = brg_vfio_map(&provider->vfio, bar, offset, length,
				   &new->map);
	else if (use == BRG_PROVIDER_REGISTERED)
		ret = brg_p2p_register(&provider->vfio, bar, offset, length);
	if (ret)
		return ret;
	new->use = use;
	new->offset = offset;
	new->length = length;
	new->slices.length = length;
	return 0;
}

static void end_use(struct brg_provider *provider, unsigned int bar)
{
	struct brg_bar_use *old = &provider->bars[bar];

	if (old->use == BRG_PROVIDER_MAPPED)
		munmap(old->map, old->length);
	else if (old->use == BRG_PROVIDER_REGISTERED &&
		 provider->owner == getpid() &&
		 brg_p2p_unregister(&provider->vfio, bar, 0))
		brg_warn("%s", brg_last_error());
	brg_slices_clear(&old->slices);
	memset(old, 0, sizeof(*old));
}

static struct brg_provider *find(const char *bdf)
{
	struct brg_provider *at;

	for (at = providers; at; at = at->next)
		if (at->owner == getpid() && !strcmp(at->pci.bdf, bdf))
			break;
	return at;
}

int brg_provider_get(const char *bdf, unsigned int bar,
		     enum brg_provider_use use, uint64_t offset,
		     uint64_t length, struct brg_provider **providerp)
{
	struct brg_provider *provider;
	struct brg_pci pci;
	int ret;

	ret = brg_pci_read(bdf, &pci);
	if (!ret)
		ret = brg_pci_check_bar(&pci, bar);
	if (ret)
		return ret;
	/* what is out of the BAR is the kernel's to refuse */
	if (!length && offset < pci.bars[bar].size_bytes)
		length = pci.bars[bar].size_bytes - offset;

	pthread_mutex_lock(&lock);
	provider = find(pci.bdf);
	if (!provider)
		ret = open_device(&pci, &provider);
	if (ret)
		goto unlock;
	if (provider->bars[bar].refs)
		ret = check_same(provider, bar, use, offset, length);
	else
		ret = start_use(provider, bar, use, offset, length);
	if (!ret) {
		provider->bars[bar].refs++;
		provider->refs++;
		*providerp = provider;
	} else if (!provider->refs) {
		close_device(provider);
	}
unlock:
	pthread_mutex_unlock(&lock);
	return ret;
}

void brg_provider_put(struct brg_provider *provider, unsigned int bar)
{
	pthread_mutex_lock(&lock);
	if (!--provider->bars[bar].refs)
		end_use(provider, bar);
	if (!--provider->refs)
		close_device(provider);
	pthread_mutex_unlock(&lock);
}
