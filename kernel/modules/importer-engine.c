// SPDX-License-Identifier: GPL-2.0-only
/* The device: QEMU's docs/specs/edu.rst */
#include "importer.h"

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define EDU_ID 0x00
#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_ACK 0x64
#define EDU_DMA_FROM 0x80
#define EDU_DMA_TO 0x88
#define EDU_DMA_BYTES 0x90
#define EDU_DMA_COMMAND 0x98

#define EDU_ID_MASK 0xffff
#define EDU_ID_VALUE 0x00ed
#define EDU_IRQ_DMA 0x100
#define EDU_DMA_RUN BIT(0)
#define EDU_DMA_TO_MEMORY BIT(1)
#define EDU_DMA_INTERRUPT BIT(2)

/* Where the device's buffer is in the eyes of its engine */
#define EDU_BUFFER 0x40000

/* Emulated time: 100 ms are usual */
#define ENGINE_TIMEOUT_US (10 * USEC_PER_SEC)
#define ENGINE_POLL_US (5 * USEC_PER_MSEC)

static irqreturn_t importer_interrupt(int irq, void *data)
{
	struct importer_device *device = data;
	u32 status = readl(device->regs + EDU_IRQ_STATUS);

	/* all ones: it is not there any more */
	if (!status || status == U32_MAX)
		return IRQ_NONE;
	writel(status, device->regs + EDU_IRQ_ACK);
	if (status & EDU_IRQ_DMA)
		complete(&device->done);
	return IRQ_HANDLED;
}

static void importer_free_vectors(void *pdev)
{
	pci_free_irq_vectors(pdev);
}

/* DMA that an earlier driver began, which may be user space, ends by itself. */
static int importer_await_idle(struct importer_device *device)
{
	u64 command;
	int ret;

	ret = readq_poll_timeout(device->regs + EDU_DMA_COMMAND, command,
				 !(command & EDU_DMA_RUN), ENGINE_POLL_US,
				 ENGINE_TIMEOUT_US);
	if (ret)
		return dev_err_probe(&device->pdev->dev, ret,
				     "its DMA engine does not come to rest\n");
	writel(readl(device->regs + EDU_IRQ_STATUS),
	       device->regs + EDU_IRQ_ACK);
	return 0;
}

int importer_engine_init(struct importer_device *device)
{
	struct pci_dev *pdev = device->pdev;
	int ret;

	device->regs = pcim_iomap_region(pdev, 0, "barrage-importer");
	if (IS_ERR(device->regs))
		return PTR_ERR(device->regs);
	if ((readl(device->regs + EDU_ID) & EDU_ID_MASK) != EDU_ID_VALUE)
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "it does not say that it is an edu\n");

	ret = importer_await_idle(device);
	if (ret)
		return ret;
	device->buffer = dmam_alloc_coherent(&pdev->dev,
					     BARRAGE_IMPORTER_BUFFER_BYTES,
					     &device->buffer_dma, GFP_KERNEL);
	if (!device->buffer)
		return -ENOMEM;

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_INTX);
	if (ret < 0)
		return ret;
	ret = devm_add_action_or_reset(&pdev->dev, importer_free_vectors, pdev);
	if (ret)
		return ret;
	return devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0),
				importer_interrupt, IRQF_SHARED,
				"barrage-importer", device);
}

/*
 * One transfer between memory and the device's buffer. There is no way to stop
 * it, hence no use in being interruptible: it is over within 100 ms, as a rule,
 * and given up after ENGINE_TIMEOUT_US.
 */
int importer_engine_run(struct importer_device *device, dma_addr_t address,
			u32 buffer_offset, u32 length, bool to_memory)
{
	const u64 inside = EDU_BUFFER + buffer_offset;

	lockdep_assert_held(&device->engine);

	if (device->broken)
		return -EIO;
	reinit_completion(&device->done);
	writeq(to_memory ? inside : address, device->regs + EDU_DMA_FROM);
	writeq(to_memory ? address : inside, device->regs + EDU_DMA_TO);
	writeq(length, device->regs + EDU_DMA_BYTES);
	writeq(EDU_DMA_RUN | EDU_DMA_INTERRUPT |
		       (to_memory ? EDU_DMA_TO_MEMORY : 0),
	       device->regs + EDU_DMA_COMMAND);
	if (wait_for_completion_timeout(&device->done,
					usecs_to_jiffies(ENGINE_TIMEOUT_US)))
		return 0;

	/* Whatever it does, it reaches no memory from now on */
	pci_clear_master(device->pdev);
	device->broken = true;
	dev_err(&device->pdev->dev,
		"no interrupt after a DMA: the device is out of use\n");
	return -ETIMEDOUT;
}

static int importer_check_buffer(const struct barrage_importer_buffer *arg)
{
	if (!arg->length || arg->length > BARRAGE_IMPORTER_BUFFER_BYTES ||
	    arg->offset > BARRAGE_IMPORTER_BUFFER_BYTES - arg->length)
		return -EINVAL;
	return 0;
}

/* Between host memory and the device's buffer */
static int importer_move(struct importer *importer,
			 const struct barrage_importer_buffer *arg, void *data,
			 bool load)
{
	struct importer_device *device = importer->device;
	int ret;

	scoped_cond_guard(mutex_intr, return -ERESTARTSYS, &importer->lock) {
		if (importer->gone)
			return -ENODEV;
		ret = mutex_lock_interruptible(&device->engine);
		if (ret)
			return ret;
		if (!load)
			memcpy(device->buffer, data, arg->length);
		ret = importer_engine_run(device, device->buffer_dma,
					  arg->offset, arg->length, load);
		if (!ret && load)
			memcpy(data, device->buffer, arg->length);
		mutex_unlock(&device->engine);
	}
	return ret;
}

/* User space's memory may take its time: it is copied without any lock. */
int importer_store(struct importer *importer,
		   const struct barrage_importer_buffer *arg)
{
	void *data;
	int ret;

	ret = importer_check_buffer(arg);
	if (ret)
		return ret;
	data = memdup_user(u64_to_user_ptr(arg->data), arg->length);
	if (IS_ERR(data))
		return PTR_ERR(data);
	ret = importer_move(importer, arg, data, false);
	kfree(data);
	return ret;
}

int importer_load(struct importer *importer,
		  const struct barrage_importer_buffer *arg)
{
	void *data;
	int ret;

	ret = importer_check_buffer(arg);
	if (ret)
		return ret;
	data = kmalloc(arg->length, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	ret = importer_move(importer, arg, data, true);
	if (!ret &&
	    copy_to_user(u64_to_user_ptr(arg->data), data, arg->length))
		ret = -EFAULT;
	kfree(data);
	return ret;
}
