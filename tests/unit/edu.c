// SPDX-License-Identifier: GPL-2.0-only
/* edu while its memory is off: its registers are where a look would be fatal */
#include "test.h"

#include <barrage/edu.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGS_BYTES 4096

static int memory_on;
static uint8_t *regs;

int __wrap_brg_pci_read(const char *bdf, struct brg_pci *pci);
int __wrap_brg_vfio_open(const char *bdf, struct brg_vfio *vfio);
void __wrap_brg_vfio_close(struct brg_vfio *vfio);
int __wrap_brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar,
			uint64_t offset, size_t len, void **addrp);
int __wrap_brg_vfio_memory_is_on(const struct brg_vfio *vfio);
int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len);
int __wrap_brg_vfio_write(const struct brg_vfio *vfio, uint32_t index,
			  uint64_t offset, const void *buf, size_t len);
int __real_munmap(void *addr, size_t len);
int __wrap_munmap(void *addr, size_t len);

int __wrap_brg_pci_read(const char *bdf, struct brg_pci *pci)
{
	*pci = (struct brg_pci){ .vendor = 0x1234, .device = 0x11e8 };
	return 0;
}

int __wrap_brg_vfio_open(const char *bdf, struct brg_vfio *vfio)
{
	*vfio = (struct brg_vfio){ .bdf = "0000:05:00.0", .fd = -1 };
	return 0;
}

void __wrap_brg_vfio_close(struct brg_vfio *vfio)
{
}

int __wrap_brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar,
			uint64_t offset, size_t len, void **addrp)
{
	assert_int_equal(len, REGS_BYTES);
	regs = mmap(NULL, len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(regs, MAP_FAILED);
	*addrp = regs;
	return 0;
}

int __wrap_brg_vfio_memory_is_on(const struct brg_vfio *vfio)
{
	return memory_on;
}

int __wrap_brg_vfio_read(const struct brg_vfio *vfio, uint32_t index,
			 uint64_t offset, void *buf, size_t len)
{
	memset(buf, 0, len);
	return 0;
}

int __wrap_brg_vfio_write(const struct brg_vfio *vfio, uint32_t index,
			  uint64_t offset, const void *buf, size_t len)
{
	memory_on = 1;
	return 0;
}

int __wrap_munmap(void *addr, size_t len)
{
	if (addr == regs)
		regs = NULL;
	return __real_munmap(addr, len);
}

/* as VFIO does it: whoever looks now is killed */
static void turn_off(void)
{
	memory_on = 0;
	assert_int_equal(mprotect(regs, REGS_BYTES, PROT_NONE), 0);
}

static void without_memory_nobody_looks(void **state)
{
	struct brg_edu edu;

	assert_int_equal(brg_edu_open("0000:05:00.0", &edu), 0);
	turn_off();
	assert_int_equal(brg_edu_wait(&edu), -ENXIO);
	assert_error("memory is off");
	assert_int_equal(brg_edu_start(&edu, BRG_EDU_WRITE, 0x1000, 0, 8),
			 -ENXIO);
	assert_int_equal(brg_edu_dma(&edu, BRG_EDU_READ, 0x1000, 0, 8), -ENXIO);
	brg_edu_close(&edu);
	assert_null(edu.regs);
	assert_null(regs);
}

static void without_an_answer_neither(void **state)
{
	struct brg_edu edu;

	assert_int_equal(brg_edu_open("0000:05:00.0", &edu), 0);
	turn_off();
	memory_on = -EIO;
	assert_int_equal(brg_edu_wait(&edu), -EIO);
	brg_edu_close(&edu);
	assert_null(regs);
}

static void with_memory_it_is_asked(void **state)
{
	struct brg_edu edu;

	assert_int_equal(brg_edu_open("0000:05:00.0", &edu), 0);
	assert_int_equal(brg_edu_wait(&edu), 0);
	assert_int_equal(brg_edu_start(&edu, BRG_EDU_WRITE, 0x1000, 0, 8), 0);
	assert_true(brg_edu_is_running(&edu));
	assert_int_equal(brg_edu_start(&edu, BRG_EDU_WRITE, 0x1000, 0, 8),
			 -EBUSY);
	memset(regs, 0, REGS_BYTES);
	assert_int_equal(brg_edu_wait(&edu), 0);
	brg_edu_close(&edu);
	assert_null(regs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_nobody_looks),
		cmocka_unit_test(without_an_answer_neither),
		cmocka_unit_test(with_memory_it_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
