// SPDX-License-Identifier: GPL-2.0-only
#include "fake-kernel.h"

#include <barrage/p2p.h>
#include <barrage/p2pmem.h>
#include <barrage/vfio.h>

#include <sys/mman.h>

struct fake_kernel fake;

static uint8_t *bar_memory;

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
	anonymous(len, addrp);
	bar_memory = *addrp;
	return 0;
}

/* the BAR through the file: the mapping's bytes, or not */
int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len)
{
	assert_int_equal(index, 2);
	memset(buf, 0, len);
	if (!fake.mapping_is_elsewhere)
		memcpy(buf, bar_memory + offset, len);
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
	fake_bar(BDF, 2, 0x3800000000, 16 * MIB, FAKE_MEM64);
	fake = (struct fake_kernel){};
	brg_log_set_level(BRG_LOG_QUIET);
	return 0;
}

int fake_kernel_teardown(void **state)
{
	assert_int_equal(fake.nr_open, 0);
	assert_int_equal(fake.nr_bound, 0);
	assert_int_equal(fake.nr_registered, 0);
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
