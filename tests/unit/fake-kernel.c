// SPDX-License-Identifier: GPL-2.0-only
#include "fake-kernel.h"

#include <barrage/dmabuf.h>
#include <barrage/p2p.h>
#include <barrage/p2pmem.h>
#include <barrage/vfio.h>

#include <sys/mman.h>
#include <unistd.h>

struct fake_kernel fake;

/* BAR2, which any mapping of it shows */
#define BAR_BYTES (16 * MIB)
static int bar_file = -1;

int __wrap_brg_vfio_open(const char *bdf, struct brg_vfio *vfio);
void __wrap_brg_vfio_close(struct brg_vfio *vfio);
int __wrap_brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar,
			uint64_t offset, size_t len, void **addrp);
int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len);
int __wrap_brg_p2p_register(const struct brg_vfio *vfio, unsigned int bar,
			    uint64_t offset, uint64_t length);
int __wrap_brg_p2p_unregister(const struct brg_vfio *vfio, unsigned int bar,
			      uint32_t timeout_ms);
int __wrap_brg_p2pmem_map(const char *bdf, size_t len, void **addrp);
int __wrap_brg_dmabuf_export_ranges(const struct brg_vfio *vfio,
				    unsigned int bar,
				    const struct brg_dmabuf_range *ranges,
				    size_t nr, unsigned int flags, int *fdp);
int __wrap_brg_dmabuf_map(int fd, size_t len, void **addrp);
int __wrap_brg_pci_bind(const char *bdf, const char *driver,
			struct brg_pci_binding *binding);
int __wrap_brg_pci_restore(struct brg_pci_binding *binding);

static int anonymous(size_t len, void **addrp)
{
	*addrp = mmap(NULL, len, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(*addrp, MAP_FAILED);
	return 0;
}

static int map_bar(uint64_t offset, size_t len, void **addrp)
{
	assert_in_range(offset + len, 1, BAR_BYTES);
	*addrp = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, bar_file,
		      (off_t)offset);
	assert_ptr_not_equal(*addrp, MAP_FAILED);
	return 0;
}

int __wrap_brg_vfio_open(const char *bdf, struct brg_vfio *vfio)
{
	*vfio = (struct brg_vfio){ .fd = -1, .iommufd.fd = -1 };
	if (fake.open_result)
		return brg_fail(fake.open_result, "opening failed");
	fake.nr_open++;
	return 0;
}

void __wrap_brg_vfio_close(struct brg_vfio *vfio)
{
	fake.bound_when_closed = fake.nr_bound;
	fake.nr_open--;
}

int __wrap_brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar,
			uint64_t offset, size_t len, void **addrp)
{
	fake.nr_mapped++;
	return map_bar(offset, len, addrp);
}

int __wrap_brg_dmabuf_export_ranges(const struct brg_vfio *vfio,
				    unsigned int bar,
				    const struct brg_dmabuf_range *ranges,
				    size_t nr, unsigned int flags, int *fdp)
{
	assert_int_equal(bar, 2);
	assert_int_equal(nr, 1);
	if (fake.export_result)
		return brg_fail(fake.export_result, "exporting failed");
	fake.nr_exported++;
	fake.exported_at = ranges->offset;
	fake.exported_bytes = ranges->length;
	fake.exported_pages = flags & BRG_DMABUF_PAGES;
	*fdp = dup(bar_file);
	return 0;
}

int __wrap_brg_dmabuf_map(int fd, size_t len, void **addrp)
{
	if (fake.map_result)
		return brg_fail(fake.map_result, "mapping failed");
	return map_bar(fake.exported_at, len, addrp);
}

/* the BAR through the file: the mapping's bytes, or not */
int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len)
{
	assert_int_equal(index, 2);
	memset(buf, 0, len);
	if (!fake.mapping_is_elsewhere)
		assert_int_equal(pread(bar_file, buf, len, (off_t)offset), len);
	return 0;
}

int __wrap_brg_p2p_register(const struct brg_vfio *vfio, unsigned int bar,
			    uint64_t offset, uint64_t length)
{
	if (fake.register_result)
		return brg_fail(fake.register_result, "registering failed");
	fake.nr_registered++;
	return 0;
}

int __wrap_brg_p2p_unregister(const struct brg_vfio *vfio, unsigned int bar,
			      uint32_t timeout_ms)
{
	fake.nr_registered--;
	if (fake.unregister_result)
		return brg_fail(fake.unregister_result, "unregistering failed");
	return 0;
}

int __wrap_brg_p2pmem_map(const char *bdf, size_t len, void **addrp)
{
	if (fake.map_result)
		return brg_fail(fake.map_result, "mapping failed");
	return anonymous(len, addrp);
}

int __wrap_brg_pci_bind(const char *bdf, const char *driver,
			struct brg_pci_binding *binding)
{
	assert_string_equal(driver, "vfio-pci");
	strcpy(binding->bdf, bdf);
	fake.nr_bound++;
	return 0;
}

int __wrap_brg_pci_restore(struct brg_pci_binding *binding)
{
	if (*binding->bdf)
		fake.nr_bound--;
	binding->bdf[0] = '\0';
	return 0;
}

int fake_kernel_setup(void **state)
{
	if (fake_sysfs_setup(state))
		return -1;
	fake_device(BDF, "1af4:1110", "050000", 5);
	fake_bar(BDF, 0, 0xfe000000, 0x1000, FAKE_MEM32);
	fake_bar(BDF, 2, 0x3800000000, BAR_BYTES, FAKE_MEM64);
	bar_file = memfd_create("bar", MFD_CLOEXEC);
	assert_int_equal(ftruncate(bar_file, BAR_BYTES), 0);
	fake = (struct fake_kernel){};
	brg_log_set_level(BRG_LOG_QUIET);
	return 0;
}

int fake_kernel_teardown(void **state)
{
	assert_int_equal(fake.nr_open, 0);
	assert_int_equal(fake.nr_bound, 0);
	assert_int_equal(fake.nr_registered, 0);
	close(bar_file);
	return fake_sysfs_teardown(state);
}

int fake_open(const char *kind, uint64_t size, struct brg_mem **memp)
{
	const struct brg_mem_params params = {
		.bdf = BDF,
		.bar = 2,
		.size_bytes = size,
	};

	return brg_mem_open(brg_mem_find(kind), &params, memp);
}
