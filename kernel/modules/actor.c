// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include <linux/module.h>
#include <linux/pci-p2pdma.h>

static int actor_alloc(struct actor *actor, size_t size)
{
	if (actor->addr)
		return -EBUSY;
	actor->addr = pci_alloc_p2pmem(actor->pdev, size);
	actor->size = size;
	return actor->addr ? 0 : -ENOMEM;
}

static int actor_free(struct actor *actor)
{
	if (!actor->addr)
		return -ENOENT;
	pci_free_p2pmem(actor->pdev, actor->addr, actor->size);
	actor->addr = NULL;
	return 0;
}

/* How far is it from that provider to here? It need not be ours. */
static int actor_distance(struct actor *actor, unsigned int domain,
			  unsigned int bus, unsigned int slot,
			  unsigned int function)
{
	struct pci_dev *provider;
	int ret;

	provider = pci_get_domain_bus_and_slot(domain, bus,
					       PCI_DEVFN(slot, function));
	if (!provider)
		return -ENODEV;
	ret = pci_p2pdma_distance(provider, &actor->pdev->dev, false);
	pci_dev_put(provider);
	return ret < 0 ? -EXDEV : 0;
}

static int actor_command(struct actor *actor, const char *line)
{
	unsigned int domain, bus, slot, function;
	unsigned long long size, offset;
	int bar;

	if (sysfs_streq(line, "init"))
		return pcim_p2pdma_init(actor->pdev);
	if (sscanf(line, "add %d %lli %lli", &bar, &size, &offset) == 3)
		return pci_p2pdma_add_resource(actor->pdev, bar, size, offset);
	if (sscanf(line, "alloc %lli", &size) == 1)
		return actor_alloc(actor, size);
	if (sysfs_streq(line, "free"))
		return actor_free(actor);
	if (sscanf(line, "distance %x:%x:%x.%x", &domain, &bus, &slot,
		   &function) == 4)
		return actor_distance(actor, domain, bus, slot, function);
	if (!strncmp(line, "import ", 7))
		return actor_import(actor, line + 7);
	if (sysfs_streq(line, "unimport")) {
		actor_unimport(actor);
		return 0;
	}
	return actor_remove_command(actor, line);
}

static ssize_t command_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct actor *actor = dev_get_drvdata(dev);
	int ret;

	guard(mutex)(&actor->lock);

	ret = actor_command(actor, buf);
	return ret ?: count;
}
static DEVICE_ATTR_WO(command);

static struct attribute *actor_attrs[] = {
	&dev_attr_command.attr,
	NULL,
};
ATTRIBUTE_GROUPS(actor);

static int actor_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct actor *actor;
	int ret;

	actor = devm_kzalloc(&pdev->dev, sizeof(*actor), GFP_KERNEL);
	if (!actor)
		return -ENOMEM;
	actor->pdev = pdev;
	mutex_init(&actor->lock);
	pci_set_drvdata(pdev, actor);

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	return dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
}

static void actor_remove(struct pci_dev *pdev)
{
	struct actor *actor = pci_get_drvdata(pdev);

	actor_unimport(actor);
	actor_free(actor);
}

static struct pci_driver actor_driver = {
	.name = "barrage-actor",
	.probe = actor_probe,
	.remove = actor_remove,
	.dev_groups = actor_groups,
};
module_pci_driver(actor_driver);

MODULE_DESCRIPTION("Does to peer-to-peer memory what it is told, for tests");
MODULE_LICENSE("GPL");
