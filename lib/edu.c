// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "edu"
#include <barrage/edu.h>
#include <barrage/clock.h>
#include <barrage/log.h>

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <sys/mman.h>

#define VENDOR 0x1234
#define DEVICE 0x11e8
#define REGS_BYTES 4096

/* registers, by their offset into BAR0 */
#define DMA_SOURCE 0x80
#define DMA_TARGET 0x88
#define DMA_COUNT 0x90
#define DMA_COMMAND 0x98
#define DMA_COMMAND_RUN 1u
#define DMA_COMMAND_TO_MEMORY 2u

/* the buffer, as the engine addresses it */
#define DMA_BUFFER 0x40000

#define POLL_NS 1000000ull
#define LONGEST_NS 20000000000ull

static void put(const struct brg_edu *edu, size_t reg, uint64_t value)
{
	*(volatile uint64_t *)(edu->regs + reg) = value;
}

static uint64_t get(const struct brg_edu *edu, size_t reg)
{
	return *(volatile uint64_t *)(edu->regs + reg);
}

static int check_device(const char *bdf)
{
	struct brg_pci pci;
	int ret;

	ret = brg_pci_read(bdf, &pci);
	if (ret || (pci.vendor == VENDOR && pci.device == DEVICE))
		return ret;
	return brg_fail(-ENODEV,
			"%s: %04x:%04x is not QEMU's edu (%04x:%04x): start "
			"the machine with -device edu",
			pci.bdf, pci.vendor, pci.device, VENDOR, DEVICE);
}

/* VFIO hands devices over with DMA off */
static int allow_dma(const struct brg_edu *edu)
{
	uint16_t command;
	int ret;

	ret = brg_vfio_read(&edu->vfio, VFIO_PCI_CONFIG_REGION_INDEX,
			    PCI_COMMAND, &command, sizeof(command));
	if (ret)
		return ret;
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	return brg_vfio_write(&edu->vfio, VFIO_PCI_CONFIG_REGION_INDEX,
			      PCI_COMMAND, &command, sizeof(command));
}

/* Without its memory the device is not there, and a look at it is a SIGBUS. */
static int check_memory(const struct brg_edu *edu)
{
	int on = brg_vfio_memory_is_on(&edu->vfio);

	if (on > 0)
		return 0;
	return on ? on :
		    brg_fail(-ENXIO,
			     "%s: the device's memory is off: turn it on "
			     "(brg_vfio_set_memory())",
			     edu->vfio.bdf);
}

int brg_edu_open(const char *bdf, struct brg_edu *edu)
{
	void *regs;
	int ret;

	*edu = (struct brg_edu){ .vfio.fd = -1, .vfio.iommufd.fd = -1 };
	ret = check_device(bdf);
	if (!ret)
		ret = brg_vfio_open(bdf, &edu->vfio);
	if (ret)
		return ret;
	ret = allow_dma(edu);
	if (!ret)
		ret = brg_vfio_map(&edu->vfio, 0, 0, REGS_BYTES, &regs);
	if (!ret) {
		edu->regs = regs;
		ret = brg_edu_wait(edu);
	}
	if (ret)
		brg_edu_close(edu);
	return ret;
}

void brg_edu_close(struct brg_edu *edu)
{
	if (edu->regs) {
		brg_edu_wait(edu);
		munmap((void *)edu->regs, REGS_BYTES);
	}
	edu->regs = NULL;
	brg_vfio_close(&edu->vfio);
}

int brg_edu_start(const struct brg_edu *edu, enum brg_edu_direction direction,
		  uint64_t iova, size_t offset, size_t len)
{
	bool write = direction == BRG_EDU_WRITE;
	int ret;

	if (!len || offset > BRG_EDU_BUFFER_BYTES ||
	    len > BRG_EDU_BUFFER_BYTES - offset)
		return brg_fail(
			-EINVAL, "%s: %zu bytes at %zu: the buffer has %d",
			edu->vfio.bdf, len, offset, BRG_EDU_BUFFER_BYTES);
	if (iova > BRG_EDU_MAX_IOVA || len - 1 > BRG_EDU_MAX_IOVA - iova)
		return brg_fail(-EINVAL,
				"%s: cannot do DMA at %#llx: map the memory "
				"below 4 GiB",
				edu->vfio.bdf, (unsigned long long)iova);
	ret = check_memory(edu);
	if (ret)
		return ret;
	if (brg_edu_is_running(edu))
		return brg_fail(-EBUSY,
				"%s: another transfer runs: wait for it",
				edu->vfio.bdf);
	put(edu, DMA_SOURCE, write ? DMA_BUFFER + offset : iova);
	put(edu, DMA_TARGET, write ? iova : DMA_BUFFER + offset);
	put(edu, DMA_COUNT, len);
	put(edu, DMA_COMMAND,
	    DMA_COMMAND_RUN | (write ? DMA_COMMAND_TO_MEMORY : 0));
	return 0;
}

bool brg_edu_is_running(const struct brg_edu *edu)
{
	return get(edu, DMA_COMMAND) & DMA_COMMAND_RUN;
}

int brg_edu_wait(const struct brg_edu *edu)
{
	uint64_t end = brg_clock_now_ns() + LONGEST_NS;
	int ret;

	for (;;) {
		ret = check_memory(edu);
		if (ret || !brg_edu_is_running(edu))
			return ret;
		if (!brg_clock_left_ms(end))
			return brg_fail(-ETIMEDOUT,
					"%s: a transfer does not end: reset "
					"the device",
					edu->vfio.bdf);
		brg_clock_sleep_ns(POLL_NS);
	}
}

int brg_edu_dma(const struct brg_edu *edu, enum brg_edu_direction direction,
		uint64_t iova, size_t offset, size_t len)
{
	int ret = brg_edu_start(edu, direction, iova, offset, len);

	return ret ? ret : brg_edu_wait(edu);
}
