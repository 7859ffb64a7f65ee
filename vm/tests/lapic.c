// SPDX-License-Identifier: GPL-2.0-only
/* A processor that sleeps in an interrupt, as QEMU's monitor tells it. */
#include "vm-test.h"

#include "lapic.h"

#define REGISTERS(halted_)                                                     \
	"\r\nCPU#1\r\nRAX=0000000000000000 RBX=0000000000000000\r\n"           \
	"RIP=ffffffff826b1043 RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 "  \
	"HLT=" halted_ "\r\nES =0000 0000000000000000\r\n"

#define LAPIC(isr_)                                                            \
	"dumping local APIC state for CPU 1 \n\n"                              \
	"LVTT\t 0x000000ec active-hi edge  one-shot     Fixed  (vec 236)\n"    \
	"ESR\t 0x00000000\nISR\t " isr_ "\nIRR\t 236 34 \n\nAPR 0x01\n"

static void asleep_in_an_interrupt(void **state)
{
	assert_int_equal(vm_lapic_in_service(REGISTERS("1"), LAPIC("236 ")),
			 236);
	assert_int_equal(vm_lapic_in_service(REGISTERS("1"), LAPIC("34 236 ")),
			 236);
	assert_int_equal(
		vm_lapic_in_service(REGISTERS("1"), LAPIC("251 236 48 ")), 251);
}

static void awake_in_an_interrupt(void **state)
{
	assert_int_equal(vm_lapic_in_service(REGISTERS("0"), LAPIC("236 ")), 0);
}

/* what is only requested, behind it, is no vector of this line */
static void asleep_in_none(void **state)
{
	assert_int_equal(vm_lapic_in_service(REGISTERS("1"), LAPIC("(none)")),
			 0);
}

static void an_answer_that_is_none(void **state)
{
	assert_int_equal(vm_lapic_in_service("", ""), 0);
	assert_int_equal(vm_lapic_in_service(REGISTERS("1"), ""), 0);
	assert_int_equal(vm_lapic_in_service(REGISTERS("1"), "ISR\t 236"), 236);
	assert_int_equal(vm_lapic_in_service("", LAPIC("236 ")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asleep_in_an_interrupt),
		cmocka_unit_test(awake_in_an_interrupt),
		cmocka_unit_test(asleep_in_none),
		cmocka_unit_test(an_answer_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
