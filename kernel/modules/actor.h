/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * actor - a PCI driver that does to peer-to-peer memory what it is told
 *
 * It binds where driver_override says so. What is written to the attribute
 * "command" of a device is one call of the kernel, whose result is that of
 * write(). So tests reach what no driver of the emulated machine does.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include <linux/dma-buf.h>
#include <linux/mutex.h>
#include <linux/pci.h>

/**
 * struct actor - one device
 * @lock: of the rest
 * @addr: allocated with pci_alloc_p2pmem(), @size bytes; NULL for none
 * @attach: to the dma-buf that is imported; NULL for none
 * @sgt: its mapping, under the lock of the dma-buf; NULL once it was revoked
 */
struct actor {
	struct pci_dev *pdev;
	struct mutex lock; /* the rest */
	void *addr;
	size_t size;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
};

/*
 * "import FD [START LENGTH]...": map a dma-buf for DMA by this device, and
 * check that the addresses reach these physical ranges, one behind the other.
 * -EUCLEAN where they do not.
 */
int actor_import(struct actor *actor, const char *args);
void actor_unimport(struct actor *actor);

/*
 * "freeze BAR", "thaw BAR", "zap BAR", "idle BAR MS", "remove BAR MS".
 * -ENOTTY where that is not the command.
 */
#ifdef ACTOR_REMOVE
int actor_remove_command(struct actor *actor, const char *line);
#else
static inline int actor_remove_command(struct actor *actor, const char *line)
{
	return -ENOTTY;
}
#endif

#endif
