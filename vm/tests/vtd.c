// SPDX-License-Identifier: GPL-2.0-only
/* An invalidation queue that stands still, as QEMU's monitor tells it. */
#include "vm-test.h"

#include "vtd.h"

/* as QEMU 10.0.2 prints it, of a machine at work */
static const char answer[] =
	"00000000fed90080: 0x0000000000000fc0 0x0000000000000fc0\r\n"
	"00000000fed90090: 0x00000000009c8000 0x0000000000000000\r\n";

#define CONTEXT 0x00000100000d0031ull
#define WAIT 0x0000000200000025ull
#define STATUS 0x9a0400ull

static void words_of_an_answer(void **state)
{
	uint64_t words[4];

	assert_true(vm_vtd_words(answer, 4, words));
	assert_int_equal(words[0], 0xfc0);
	assert_int_equal(words[2], 0x9c8000);
	assert_int_equal(words[3], 0);
	assert_true(vm_vtd_words(answer, 1, words));
	assert_false(vm_vtd_words(answer, 5, words));
	assert_false(vm_vtd_words("Cannot access memory\r\n", 1, words));
}

/* on, at rest, 4 KiB of it */
static void rest(uint64_t *registers)
{
	memset(registers, 0, VM_VTD_REGISTERS * sizeof(*registers));
	registers[0x18 / 8] = 0xc7000000ull << 32;
	registers[0x80 / 8] = registers[0x88 / 8] = 0xfc0;
	registers[0x90 / 8] = 0x9c8000;
}

static void a_queue_at_rest(void **state)
{
	uint64_t registers[VM_VTD_REGISTERS];
	struct vm_vtd_queue queue;

	rest(registers);
	assert_true(vm_vtd_stands(registers, &queue));
	assert_int_equal(queue.base, 0x9c8000);
	assert_int_equal(queue.bytes, 4096);
	assert_int_equal(queue.tail, 0xfc0);
}

static void a_queue_that_works(void **state)
{
	uint64_t registers[VM_VTD_REGISTERS];
	struct vm_vtd_queue queue;

	rest(registers);
	registers[0x80 / 8] = 0xfa0;
	assert_false(vm_vtd_stands(registers, &queue));
}

/* those are errors of who uses it, and Linux says so */
static void a_queue_in_error(void **state)
{
	uint64_t registers[VM_VTD_REGISTERS];
	struct vm_vtd_queue queue;

	for (unsigned int bit = 4; bit <= 6; bit++) {
		rest(registers);
		registers[0x30 / 8] = 1ull << (32 + bit);
		assert_false(vm_vtd_stands(registers, &queue));
	}
}

static void a_queue_that_is_off(void **state)
{
	uint64_t registers[VM_VTD_REGISTERS];
	struct vm_vtd_queue queue;

	rest(registers);
	registers[0x18 / 8] = 0xc3000000ull << 32;
	assert_false(vm_vtd_stands(registers, &queue));
	rest(registers);
	registers[0x90 / 8] |= 1u << 11;
	assert_false(vm_vtd_stands(registers, &queue));
	rest(registers);
	registers[0x80 / 8] = registers[0x88 / 8] = 0x1000;
	assert_false(vm_vtd_stands(registers, &queue));
}

static void what_is_waited_for(void **state)
{
	const uint64_t first[] = { WAIT, STATUS };
	const uint64_t second[] = { CONTEXT, 0, WAIT, STATUS };

	assert_int_equal(vm_vtd_status(first, 2), STATUS);
	assert_int_equal(vm_vtd_status(second, 4), STATUS);
	assert_int_equal(vm_vtd_status(second, 2), 0);
}

/* of one that only asks for an interrupt, or behind what was never written */
static void what_nobody_waits_for(void **state)
{
	const uint64_t interrupt[] = { WAIT & ~0x20ull, STATUS };
	const uint64_t none[] = { 0, 0, WAIT, STATUS };

	assert_int_equal(vm_vtd_status(interrupt, 2), 0);
	assert_int_equal(vm_vtd_status(none, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_an_answer),
		cmocka_unit_test(a_queue_at_rest),
		cmocka_unit_test(a_queue_that_works),
		cmocka_unit_test(a_queue_in_error),
		cmocka_unit_test(a_queue_that_is_off),
		cmocka_unit_test(what_is_waited_for),
		cmocka_unit_test(what_nobody_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
