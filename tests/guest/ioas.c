// SPDX-License-Identifier: GPL-2.0-only
#include "ioas.h"

#include "fixture.h"
#include "host.h"

#include <barrage/dmabuf.h>
#include <barrage/mmio.h>

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define RW (PROT_READ | PROT_WRITE)

static struct ioas ioas = {
	.edu.vfio = { .fd = -1, .iommufd.fd = -1 },
	.dmabuf = -1,
};

struct ioas *ioas_get(void)
{
	return &ioas;
}

void ioas_open(struct ioas *it)
{
	struct brg_iommufd_slice slice = {
		.length_bytes = IOAS_LEN,
		.iova = IOAS_HOST,
		.fixed = true,
	};
	void *host = MAP_FAILED;
	int ret;

	assert_good(brg_edu_open(guest_role("EDU"), &it->edu));
	slice.fd = memfd_create("host", MFD_CLOEXEC);
	assert_true(slice.fd >= 0);
	if (!ftruncate(slice.fd, IOAS_LEN))
		host = mmap(NULL, IOAS_LEN, RW, MAP_SHARED, slice.fd, 0);
	ret = brg_iommufd_ioas_map_slice(&it->edu.vfio.iommufd,
					 it->edu.vfio.ioas_id, &slice);
	close(slice.fd);
	assert_ptr_not_equal(host, MAP_FAILED);
	it->host = host;
	assert_good(ret);
}

void ioas_close(struct ioas *it)
{
	brg_edu_close(&it->edu);
	if (it->host)
		munmap(it->host, IOAS_LEN);
	it->host = NULL;
}

static void close_dmabuf(void)
{
	if (ioas.dmabuf >= 0)
		close(ioas.dmabuf);
	ioas.dmabuf = -1;
}

static void undo(void)
{
	ioas_close(&ioas);
	close_dmabuf();
	UNDO(brg_pci_restore(&ioas.binding));
	guest_undo();
}

int ioas_setup(void **state)
{
	guest_begin(state, undo);
	assert_good(brg_pci_bind(guest_role("EDU"), "vfio-pci", &ioas.binding));
	ioas_open(&ioas);
	return 0;
}

int ioas_export(const struct guest *guest)
{
	close_dmabuf();
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, IOAS_OFFSET,
				      IOAS_LEN, &ioas.dmabuf));
	return ioas.dmabuf;
}

int ioas_map_errno(int fd)
{
	struct brg_iommufd_slice slice = {
		.fd = fd,
		.length_bytes = IOAS_LEN,
		.iova = IOAS_BAR,
		.fixed = true,
	};

	return brg_iommufd_ioas_map_slice(&ioas.edu.vfio.iommufd,
					  ioas.edu.vfio.ioas_id, &slice);
}

void ioas_map(const struct guest *guest)
{
	assert_good(ioas_map_errno(ioas_export(guest)));
}

void ioas_unmap(void)
{
	assert_good(brg_iommufd_ioas_unmap(&ioas.edu.vfio.iommufd,
					   ioas.edu.vfio.ioas_id, IOAS_BAR,
					   IOAS_LEN));
}

void ioas_fill(uint8_t *bytes, size_t len, uint64_t seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ull + 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes[i] = (uint8_t)x;
	}
}

void ioas_bar_write(const struct guest *guest, uint64_t offset,
		    const uint8_t *bytes, size_t len)
{
	void *bar;

	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 0, guest->bar_bytes,
				 &bar));
	brg_mmio_store((uint8_t *)bar + offset, bytes, len);
	munmap(bar, guest->bar_bytes);
}

static void load_bar(const struct guest *guest, uint64_t offset, uint8_t *bytes,
		     size_t len)
{
	void *bar;

	assert_true(len <= PAGE);
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 0, guest->bar_bytes,
				 &bar));
	brg_mmio_load(bytes, (uint8_t *)bar + offset, len);
	munmap(bar, guest->bar_bytes);
}

void ioas_expect_bar(const struct guest *guest, uint64_t offset,
		     const uint8_t *bytes, size_t len)
{
	static uint8_t found[PAGE];

	load_bar(guest, offset, found, len);
	assert_memory_equal(found, bytes, len);
	assert_good(host_holds("provider", offset, bytes, len));
}

bool ioas_has_arrived(const struct guest *guest, uint64_t offset,
		      const uint8_t *bytes, size_t len)
{
	static uint8_t found[PAGE];

	load_bar(guest, offset, found, len);
	return !memcmp(found, bytes, len);
}

void ioas_store(uint64_t iova, const uint8_t *bytes)
{
	memcpy(ioas.host, bytes, IOAS_BYTES);
	assert_good(
		brg_edu_dma(&ioas.edu, BRG_EDU_READ, IOAS_HOST, 0, IOAS_BYTES));
	assert_good(brg_edu_dma(&ioas.edu, BRG_EDU_WRITE, iova, 0, IOAS_BYTES));
}

void ioas_load(uint64_t iova, uint8_t *bytes)
{
	memset(ioas.host, 0, IOAS_BYTES);
	assert_good(brg_edu_dma(&ioas.edu, BRG_EDU_READ, iova, 0, IOAS_BYTES));
	assert_good(brg_edu_dma(&ioas.edu, BRG_EDU_WRITE, IOAS_HOST, 0,
				IOAS_BYTES));
	memcpy(bytes, ioas.host, IOAS_BYTES);
}

void ioas_expect_works(const struct guest *guest, uint64_t seed)
{
	uint8_t sent[IOAS_BYTES], found[IOAS_BYTES];

	ioas_fill(sent, IOAS_BYTES, 2 * seed);
	ioas_store(IOAS_BAR, sent);
	ioas_expect_bar(guest, IOAS_OFFSET, sent, IOAS_BYTES);
	ioas_fill(sent, IOAS_BYTES, 2 * seed + 1);
	ioas_bar_write(guest, IOAS_OFFSET, sent, IOAS_BYTES);
	ioas_load(IOAS_BAR, found);
	assert_memory_equal(found, sent, IOAS_BYTES);
}

void ioas_provoke(uint64_t iova)
{
	guest_provoke_fault();
	assert_good(brg_edu_dma(&ioas.edu, BRG_EDU_WRITE, iova, 0,
				IOAS_STOPPED_BYTES));
	guest_expect_fault(ioas.edu.vfio.bdf, true, iova);
}

void ioas_expect_stopped(const struct guest *guest, uint64_t iova,
			 uint64_t offset)
{
	uint8_t bar[IOAS_BYTES];

	ioas_fill(bar, IOAS_BYTES, 0xba7);
	ioas_bar_write(guest, offset, bar, IOAS_BYTES);
	ioas_fill(ioas.host, IOAS_BYTES, 0x5e27);
	assert_good(
		brg_edu_dma(&ioas.edu, BRG_EDU_READ, IOAS_HOST, 0, IOAS_BYTES));
	ioas_provoke(iova);
	ioas_expect_bar(guest, offset, bar, IOAS_BYTES);
	guest_provoke_fault();
	assert_good(brg_edu_dma(&ioas.edu, BRG_EDU_READ, iova, 0,
				IOAS_STOPPED_BYTES));
	guest_expect_fault(ioas.edu.vfio.bdf, false, iova);
	assert_good(brg_edu_dma(&ioas.edu, BRG_EDU_WRITE, IOAS_HOST, 0,
				IOAS_BYTES));
	/* what the device got instead is not for us to say */
	assert_memory_not_equal(ioas.host, bar, IOAS_STOPPED_BYTES);
}

int ioas_attach(uint32_t ioas_id)
{
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach),
		.pt_id = ioas_id,
	};

	return ioctl(ioas.edu.vfio.fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) ?
		       -errno :
		       0;
}

void ioas_detach(void)
{
	struct vfio_device_detach_iommufd_pt detach = {
		.argsz = sizeof(detach),
	};

	assert_int_equal(
		ioctl(ioas.edu.vfio.fd, VFIO_DEVICE_DETACH_IOMMUFD_PT, &detach),
		0);
}
