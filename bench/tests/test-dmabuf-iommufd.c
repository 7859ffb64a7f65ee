// SPDX-License-Identifier: GPL-2.0-only
/*
 * An iommufd that maps the wrong memory, or goes on to map what was revoked, must
 * not become figures.
 */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <barrage/edu.h>
#include <barrage/iommufd.h>
#include <barrage/log.h>

#include "../bench.h"
#include "../cost-ops.h"
#include "../dmabuf-users.h"

#define WORDS_IOVA 0x1000ull
#define MEMORY_IOVA 0x200000ull

enum fault {
	NONE,
	NO_DMA_BUFS, /* the kernel maps none */
	ELSEWHERE, /* the device writes to other memory */
	NOT_REVOKED, /* maps what is revoked */
	ODD_ERROR, /* refuses that, but for another reason */
};

static enum fault fault;
static bool revoked;
static unsigned int nr_bound, nr_open, nr_mapped;
static uint8_t memory[4096], elsewhere[4096], device[4096];
static void *words;

int __wrap_brg_pci_bind(const char *bdf, const char *driver,
			struct brg_pci_binding *binding);
int __wrap_brg_pci_restore(struct brg_pci_binding *binding);
int __wrap_brg_edu_open(const char *bdf, struct brg_edu *edu);
void __wrap_brg_edu_close(struct brg_edu *edu);
int __wrap_brg_edu_dma(const struct brg_edu *edu,
		       enum brg_edu_direction direction, uint64_t iova,
		       size_t offset, size_t len);
int __wrap_brg_iommufd_ioas_map(const struct brg_iommufd *iommufd,
				uint32_t ioas_id, void *addr, size_t len,
				uint64_t *iova);
int __wrap_brg_iommufd_ioas_map_file(const struct brg_iommufd *iommufd,
				     uint32_t ioas_id, int fd, size_t len,
				     uint64_t *iova);
int __wrap_brg_iommufd_ioas_unmap(const struct brg_iommufd *iommufd,
				  uint32_t ioas_id, uint64_t iova, size_t len);
int __wrap_brg_dmabuf_revoke(const struct brg_vfio *vfio, int fd);

int __wrap_brg_pci_bind(const char *bdf, const char *driver,
			struct brg_pci_binding *binding)
{
	assert_string_equal(bdf, "0000:05:00.0");
	assert_string_equal(driver, "vfio-pci");
	nr_bound++;
	return 0;
}

int __wrap_brg_pci_restore(struct brg_pci_binding *binding)
{
	nr_bound--;
	return 0;
}

int __wrap_brg_edu_open(const char *bdf, struct brg_edu *edu)
{
	*edu = (struct brg_edu){};
	nr_open++;
	return 0;
}

void __wrap_brg_edu_close(struct brg_edu *edu)
{
	nr_open--;
}

int __wrap_brg_edu_dma(const struct brg_edu *edu,
		       enum brg_edu_direction direction, uint64_t iova,
		       size_t offset, size_t len)
{
	uint8_t *at = iova == WORDS_IOVA ? words :
		      fault == ELSEWHERE ? elsewhere :
					   memory;

	assert_true(iova == WORDS_IOVA || iova == MEMORY_IOVA);
	if (direction == BRG_EDU_READ)
		memcpy(device + offset, at, len);
	else
		memcpy(at, device + offset, len);
	return 0;
}

/* this process's memory: what is to be measured, or the words that go there */
int __wrap_brg_iommufd_ioas_map(const struct brg_iommufd *iommufd,
				uint32_t ioas_id, void *addr, size_t len,
				uint64_t *iova)
{
	*iova = addr == memory ? MEMORY_IOVA : WORDS_IOVA;
	if (addr != memory)
		words = addr;
	nr_mapped++;
	return 0;
}

int __wrap_brg_iommufd_ioas_map_file(const struct brg_iommufd *iommufd,
				     uint32_t ioas_id, int fd, size_t len,
				     uint64_t *iova)
{
	if (fault == NO_DMA_BUFS)
		return brg_fail(-EOPNOTSUPP, "iommufd: no dma-bufs");
	if (revoked && fault == ODD_ERROR)
		return brg_fail(-EINVAL, "iommufd: no");
	if (revoked && fault != NOT_REVOKED)
		return brg_fail(-ENODEV, "iommufd: revoked");
	*iova = MEMORY_IOVA;
	nr_mapped++;
	return 0;
}

int __wrap_brg_iommufd_ioas_unmap(const struct brg_iommufd *iommufd,
				  uint32_t ioas_id, uint64_t iova, size_t len)
{
	nr_mapped--;
	return 0;
}

int __wrap_brg_dmabuf_revoke(const struct brg_vfio *vfio, int fd)
{
	revoked = true;
	return 0;
}

double cost_since_ns(uint64_t start_ns)
{
	return 1;
}

int dmabuf_kind_copy(const struct dmabuf_kind *kind,
		     const struct dmabuf_source *source, void *data,
		     size_t bytes, bool store)
{
	memcpy(data, memory, bytes);
	return 0;
}

static int make(const struct dmabuf_source *source,
		const struct brg_dmabuf_range *ranges, size_t nr, int *fdp)
{
	revoked = false;
	*fdp = 1000; /* no file: close() fails, and nobody minds */
	return 0;
}

static const struct dmabuf_kind bar = {
	.name = "dmabuf",
	.align = 4096,
	.revocable = true,
	.make = make,
};
static const struct dmabuf_kind host = {
	.name = "host",
	.align = 4096,
	.is_host = true,
};
static const struct brg_dmabuf_range range = { 0, 4096 };
static const struct dmabuf_cell cell = { &bar, &range, 1, 4096 };
static struct target target = { .pci.bdf = "0000:01:00.0" };
static struct dmabuf_setting setting = {
	.source = { .target = &target, .host = memory },
};

static int setup(void **state)
{
	fault = NONE;
	memset(memory, 0, sizeof(memory));
	strcpy(setting.importer, "0000:05:00.0");
	return 0;
}

static int teardown(void **state)
{
	return nr_bound || nr_open;
}

static int prove(const struct dmabuf_kind *kind)
{
	return dmabuf_user_iommufd.prove(&setting, kind);
}

static int sample(void)
{
	double values[DMABUF_NR_METRICS] = {};
	int ret;

	nr_mapped = 0;
	ret = dmabuf_user_iommufd.sample(&setting, &cell, values);
	assert_int_equal(nr_mapped, 0);
	return ret;
}

static void a_device_sees_what_is_mapped(void **state)
{
	assert_int_equal(prove(&bar), 0);
	assert_int_equal(prove(&host), 0);
	assert_memory_equal(memory, device, 64);
}

static void other_memory_is_found_out(void **state)
{
	fault = ELSEWHERE;
	assert_int_equal(prove(&bar), -EXDEV);
	assert_non_null(strstr(brg_last_error(), "dmabuf"));
	assert_int_equal(prove(&host), -EXDEV);
}

static void a_kernel_that_maps_none_is_a_skip(void **state)
{
	fault = NO_DMA_BUFS;
	assert_int_equal(bench_status_of(prove(&bar)), BENCH_SKIP);
	/* without a device nothing else is proven */
	*setting.importer = '\0';
	assert_int_equal(bench_status_of(prove(&bar)), BENCH_SKIP);
	fault = ELSEWHERE;
	assert_int_equal(prove(&bar), 0);
}

static void what_is_revoked_is_not_mapped_again(void **state)
{
	assert_int_equal(sample(), 0);
	fault = NOT_REVOKED;
	assert_int_equal(sample(), -EPROTO);
	assert_non_null(strstr(brg_last_error(), "still maps"));
	fault = ODD_ERROR;
	assert_int_equal(sample(), -EPROTO);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_sees_what_is_mapped),
		TEST(other_memory_is_found_out),
		TEST(a_kernel_that_maps_none_is_a_skip),
		TEST(what_is_revoked_is_not_mapped_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
