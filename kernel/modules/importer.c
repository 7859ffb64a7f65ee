// SPDX-License-Identifier: GPL-2.0-only
#include "importer.h"

#include <linux/dma-mapping.h>
#include <linux/module.h>

MODULE_IMPORT_NS("DMA_BUF");

#define EDU_VENDOR 0x1234
#define EDU_DEVICE 0x11e8

static unsigned int dma_bits = 32;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits,
		 "bits of an address that the device drives: edu's dma_mask");

struct workqueue_struct *importer_workqueue;

static void importer_device_free(struct kref *ref)
{
	struct importer_device *device =
		container_of(ref, struct importer_device, ref);

	kfree(device->misc.name);
	kfree(device->misc.nodename);
	pci_dev_put(device->pdev);
	kfree(device);
}

void importer_device_put(struct importer_device *device)
{
	kref_put(&device->ref, importer_device_free);
}

static void importer_put_action(void *device)
{
	importer_device_put(device);
}

static struct importer_device *importer_device_create(struct pci_dev *pdev)
{
	struct importer_device *device;
	int ret;

	device = kzalloc_obj(*device);
	if (!device)
		return ERR_PTR(-ENOMEM);
	kref_init(&device->ref);
	device->pdev = pci_dev_get(pdev);
	mutex_init(&device->lock);
	mutex_init(&device->engine);
	init_completion(&device->done);
	INIT_LIST_HEAD(&device->importers);
	device->misc.minor = MISC_DYNAMIC_MINOR;
	device->misc.name =
		kasprintf(GFP_KERNEL, "barrage-importer-%s", pci_name(pdev));
	device->misc.nodename =
		kasprintf(GFP_KERNEL, "barrage-importer/%s", pci_name(pdev));
	device->misc.mode = 0600;
	device->misc.fops = &importer_fops;
	device->misc.parent = &pdev->dev;

	/* The last thing that is undone: the interrupt handler has it too */
	ret = devm_add_action_or_reset(&pdev->dev, importer_put_action, device);
	if (ret)
		return ERR_PTR(ret);
	if (!device->misc.name || !device->misc.nodename)
		return ERR_PTR(-ENOMEM);
	return device;
}

static int importer_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct importer_device *device;
	int ret;

	/* driver_override would have us drive anything */
	if (pdev->vendor != EDU_VENDOR || pdev->device != EDU_DEVICE)
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "not QEMU's edu: bind another device\n");

	device = importer_device_create(pdev);
	if (IS_ERR(device))
		return PTR_ERR(device);
	pci_set_drvdata(pdev, device);

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(dma_bits));
	if (ret)
		return ret;
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);
	ret = importer_engine_init(device);
	if (ret)
		return ret;

	pci_set_master(pdev);
	ret = misc_register(&device->misc);
	if (ret)
		pci_clear_master(pdev);
	return ret;
}

static void importer_remove(struct pci_dev *pdev)
{
	struct importer_device *device = pci_get_drvdata(pdev);
	struct importer *importer;

	/* Nobody opens it any more, nor is about to */
	misc_deregister(&device->misc);
	scoped_guard(mutex, &device->lock) {
		list_for_each_entry(importer, &device->importers, node)
			importer_abandon(importer);
	}
	pci_clear_master(pdev);
}

/* Nothing is bound unasked: driver_override */
static struct pci_driver importer_driver = {
	.name = "barrage-importer",
	.probe = importer_probe,
	.remove = importer_remove,
};

static int __init importer_init(void)
{
	int ret;

	if (dma_bits < 12 || dma_bits > 64)
		return -EINVAL;
	importer_workqueue =
		alloc_workqueue("barrage-importer", WQ_UNBOUND, 0);
	if (!importer_workqueue)
		return -ENOMEM;
	ret = pci_register_driver(&importer_driver);
	if (ret)
		destroy_workqueue(importer_workqueue);
	return ret;
}

static void __exit importer_exit(void)
{
	pci_unregister_driver(&importer_driver);
	destroy_workqueue(importer_workqueue);
	/* Who looked at a fence that was not signalled yet is done with its ops */
	synchronize_rcu();
}

module_init(importer_init);
module_exit(importer_exit);
MODULE_DESCRIPTION("Imports dma-bufs for QEMU's edu, for tests");
MODULE_LICENSE("GPL");
/* It has a device write where it must not, if asked to: the kernel is tainted */
MODULE_INFO(test, "Y");
