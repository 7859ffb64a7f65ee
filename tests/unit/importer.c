// SPDX-License-Identifier: GPL-2.0-only
/* how transfers are cut to the device's buffer, and what errors are explained */
#include "test.h"

#include <barrage/importer.h>

#include <errno.h>
#include <importer-uapi.h>
#include <sys/ioctl.h>

#define BUFFER BRG_IMPORTER_BUFFER_BYTES

int __wrap_ioctl(int fd, unsigned long request, ...);

/* The device: its buffer, and the memory of the dma-buf */
static struct {
	uint8_t buffer[BUFFER];
	uint8_t memory[3 * BUFFER];
	unsigned int nr_dmas;
	int err;
	unsigned int nr_interrupted;
} device;

static const struct brg_importer importer = { .bdf = "0000:05:00.0", .fd = 9 };

static void dma(const struct barrage_importer_dma *arg)
{
	uint8_t *memory = device.memory + arg->offset;
	uint8_t *buffer = device.buffer + arg->buffer_offset;

	assert_true(arg->length >= 1 && arg->length <= BUFFER);
	assert_true(arg->buffer_offset + arg->length <= BUFFER);
	assert_true(arg->offset + arg->length <= sizeof(device.memory));
	device.nr_dmas++;
	if (arg->flags & BARRAGE_IMPORTER_DMA_TO_DMABUF)
		memcpy(memory, buffer, arg->length);
	else
		memcpy(buffer, memory, arg->length);
}

static void copy(const struct barrage_importer_buffer *arg, bool load)
{
	uint8_t *buffer = device.buffer + arg->offset;
	void *data = (void *)(uintptr_t)arg->data;

	assert_true(arg->length && arg->offset + arg->length <= BUFFER);
	memcpy(load ? data : buffer, load ? buffer : data, arg->length);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	assert_int_equal(fd, importer.fd);
	if (device.nr_interrupted) {
		device.nr_interrupted--;
		errno = EINTR;
		return -1;
	}
	if (device.err) {
		errno = device.err;
		return -1;
	}
	if (request == BARRAGE_IMPORTER_DMA)
		dma(arg);
	else if (request == BARRAGE_IMPORTER_LOAD ||
		 request == BARRAGE_IMPORTER_STORE)
		copy(arg, request == BARRAGE_IMPORTER_LOAD);
	return 0;
}

static int setup(void **state)
{
	memset(&device, 0, sizeof(device));
	brg_clear_error();
	return 0;
}

static void long_transfers_are_cut(void **state)
{
	uint8_t sent[2 * BUFFER + 5], found[sizeof(sent)] = {};
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7 + i / 251);
	assert_int_equal(brg_importer_write(&importer, 3, sent, sizeof(sent)),
			 0);
	assert_int_equal(device.nr_dmas, 3);
	assert_memory_equal(device.memory + 3, sent, sizeof(sent));
	assert_int_equal(device.memory[2], 0);
	assert_int_equal(device.memory[3 + sizeof(sent)], 0);
	assert_int_equal(brg_importer_read(&importer, 3, found, sizeof(found)),
			 0);
	assert_int_equal(device.nr_dmas, 6);
	assert_memory_equal(found, sent, sizeof(sent));
}

static void nothing_is_nothing(void **state)
{
	assert_int_equal(brg_importer_write(&importer, 0, "", 0), 0);
	assert_int_equal(device.nr_dmas, 0);
}

static void the_first_failure_ends_it(void **state)
{
	uint8_t data[2 * BUFFER] = {};

	device.err = ESTALE;
	assert_int_equal(brg_importer_write(&importer, 0, data, sizeof(data)),
			 -ESTALE);
	assert_error("0000:05:00.0");
	assert_error("attach it anew");
}

static void an_interrupted_call_is_called_again(void **state)
{
	device.nr_interrupted = 3;
	assert_int_equal(brg_importer_map(&importer, BRG_IMPORTER_RW, NULL), 0);
	assert_int_equal(device.nr_interrupted, 0);
}

static void the_buffer_has_an_end(void **state)
{
	uint8_t data[BUFFER + 1] = {};

	assert_int_equal(brg_importer_store(&importer, 0, data, sizeof(data)),
			 -EINVAL);
	assert_error("2048");
}

static void refusals_are_explained(void **state)
{
	static const struct {
		int err;
		enum brg_importer_mode mode;
		const char *why;
	} cases[] = {
		{ EOPNOTSUPP, BRG_IMPORTER_PINNED, "can revoke" },
		{ EOPNOTSUPP, BRG_IMPORTER_STATIC, "can revoke" },
		{ EOPNOTSUPP, BRG_IMPORTER_DYNAMIC, "does not serve" },
		{ ENODEV, BRG_IMPORTER_REVOCABLE, "revoked" },
		{ EBUSY, BRG_IMPORTER_REVOCABLE, "detach" },
		{ EINVAL, BRG_IMPORTER_REVOCABLE, "not a dma-buf" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		device.err = cases[i].err;
		assert_int_equal(
			brg_importer_attach(&importer, 7, cases[i].mode, NULL),
			-cases[i].err);
		assert_error(cases[i].why);
		assert_error("dma-buf 7");
	}
}

static void there_is_no_importer_without_the_driver(void **state)
{
	struct brg_importer it;

	assert_int_equal(brg_importer_open("fffe:1f:1f.7", &it), -ENODEV);
	assert_int_equal(it.fd, -1);
	assert_error("bind it to barrage-importer");
	assert_int_equal(brg_importer_open("nonsense", &it), -EINVAL);
	assert_int_equal(it.fd, -1);
	brg_importer_close(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(long_transfers_are_cut, setup),
		cmocka_unit_test_setup(nothing_is_nothing, setup),
		cmocka_unit_test_setup(the_first_failure_ends_it, setup),
		cmocka_unit_test_setup(an_interrupted_call_is_called_again,
				       setup),
		cmocka_unit_test_setup(the_buffer_has_an_end, setup),
		cmocka_unit_test_setup(refusals_are_explained, setup),
		cmocka_unit_test_setup(there_is_no_importer_without_the_driver,
				       setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
