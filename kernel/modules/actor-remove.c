// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include <linux/pci-p2pdma.h>

int actor_remove_command(struct actor *actor, const char *line)
{
	struct pci_dev *pdev = actor->pdev;
	unsigned int ms;
	int bar;

	if (sscanf(line, "freeze %d", &bar) == 1)
		return pci_p2pdma_freeze_resource(pdev, bar);
	if (sscanf(line, "thaw %d", &bar) == 1) {
		pci_p2pdma_thaw_resource(pdev, bar);
		return 0;
	}
	if (sscanf(line, "zap %d", &bar) == 1) {
		pci_p2pdma_zap_resource(pdev, bar);
		return 0;
	}
	if (sscanf(line, "idle %d %u", &bar, &ms) == 2)
		return pci_p2pdma_wait_idle(pdev, bar, msecs_to_jiffies(ms),
					    TASK_KILLABLE);
	if (sscanf(line, "remove %d %u", &bar, &ms) == 2)
		return pci_p2pdma_remove_resource(pdev, bar,
						  msecs_to_jiffies(ms),
						  TASK_KILLABLE);
	return -ENOTTY;
}
