// SPDX-License-Identifier: GPL-2.0-only
/* Which failures are the same one, and which are not */
#include "../../tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "../signature.h"

static bool same(enum oracle oracle, const char *was, const char *is)
{
	struct outcome a = { .oracle = oracle }, b = { .oracle = oracle };

	snprintf(a.text, sizeof(a.text), "%s", was);
	snprintf(b.text, sizeof(b.text), "%s", is);
	assert_int_equal(signature_same(&a, &b), signature_same(&b, &a));
	return signature_same(&a, &b);
}

struct pair {
	enum oracle oracle;
	const char *was;
	const char *is;
};

static const struct pair alike[] = {
	{ ORACLE_RESULT, "unregister: ETIMEDOUT", "unregister: ETIMEDOUT" },
	{ ORACLE_RESULT, "query: state 4", "query: state -1" },
	{ ORACLE_DATA,
	  "wrong data where a read had succeeded: block at 331776 is zeroes from byte 0 on: begins with 0000000000000000; expected generation 1",
	  "wrong data where a read had succeeded: block at 192512 is misplaced from byte 17 on: it says offset 1208320, generation 1; expected generation 1" },
	{ ORACLE_DATA,
	  "P2P memory that can be reached does not keep what is written: 0, was 0x68ae5b666",
	  "P2P memory that can be reached does not keep what is written: 0x725d8965c, was 0x731747b46" },
	{ ORACLE_DMA,
	  "DMA after VFIO_DEVICE_RESET: BAR2 changed at 0x17000 when it had returned, as seen by the host",
	  "DMA after VFIO_DEVICE_RESET: BAR0 changed at 0xf000 when it had returned, as seen by the device" },
	{ ORACLE_LEAK,
	  "leak: 4096 of 8388608 bytes of P2P memory never came back",
	  "leak: 12288 of 16777216 bytes of P2P memory never came back" },
	{ ORACLE_LEAK, "leak: 7 objects of dma_buf are left, 1 before 12 races",
	  "leak: 31 objects of dma_buf are left, 4 before 7 races" },
	{ ORACLE_HANG,
	  "nothing has happened for 12 s; under way: actor 0 at call 1, actor 2 at call 0,",
	  "no end after 60 s; under way: actor 17 at call 1," },
	{ ORACLE_HANG,
	  "reset took 12345 ms, not counting I/O that it may wait for; at most 10000 expected",
	  "reset took 40021 ms, not counting I/O that it may wait for; at most 40000 expected" },
	{ ORACLE_LOG,
	  "BUG: KASAN: slab-use-after-free in gen_pool_size+0x1b3/0x1c0",
	  "BUG: KASAN: slab-use-after-free in gen_pool_size+0x1a1/0x1b0" },
	{ ORACLE_LOG,
	  "WARNING: drivers/pci/p2pdma.c:274 at p2pmem_alloc_mmap+0x5d1/0xaf0, CPU#0: mapper-3/92",
	  "after the races: WARNING: drivers/pci/p2pdma.c:281 at p2pmem_alloc_mmap+0x5e1/0xaf0, CPU#1: reset-1/254" },
	{ ORACLE_LOG, "kernel BUG at lib/genalloc.c:508!",
	  "kernel BUG at lib/genalloc.c:518!" },
	{ ORACLE_LOG,
	  "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000126: 0000 [#1] SMP KASAN",
	  "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000001: 0000 [#2] SMP KASAN" },
	{ ORACLE_LOG,
	  "BUG: unable to handle page fault for address: ffff88810012f000",
	  "BUG: unable to handle page fault for address: 0000000000000008" },
	{ ORACLE_LOG, "refcount_t: underflow; use-after-free.",
	  "refcount_t: addition on 0; use-after-free." },
	{ ORACLE_LOG,
	  "INFO: task mapper-4:206 blocked for more than 120 seconds.",
	  "INFO: task kworker/u8:2:61 blocked for more than 241 seconds." },
	{ ORACLE_LOG, "BUG: Bad page state in process mapper-4  pfn:c00fe",
	  "BUG: Bad page state in process swapper/0  pfn:a1b2c" },
	{ ORACLE_LOG,
	  "list_del corruption. prev->next should be ffff888101234567, but was dead000000000122. (prev=ffff888101234500)",
	  "list_add corruption. next->prev should be prev (ffff888101234567), but was 0000000000000000. (next=ffff888101234500)." },
	{ ORACLE_LOG,
	  "DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x800000000 [fault reason 0x05]",
	  "DMAR: [DMA Write NO_PASID] Request device [c1:00.1] fault addr 0x812345000 [fault reason 0x05]" },
	{ ORACLE_TAINT, "the kernel is tainted: 0x200, was 0",
	  "after the races: the kernel is tainted: 0x1200, was 0x1000" },
	{ ORACLE_MODEL,
	  "operation 82, p2p-map(0, 1, 0, 0) by actor 3, ended with EAGAIN; the model has 0",
	  "operation 7, p2p-map(-1, 5, 0, 0) by actor 0, ended with EAGAIN; the model has 0" },
	{ ORACLE_MODEL,
	  "0000:01:00.0: after the race its BARs are not where they were",
	  "0000:c1:00.0: after the race its BARs are not where they were" },
	{ ORACLE_DIED, "mapper: ended with status 0x8b",
	  "reader: ended with status 0x8b" },
};

static const struct pair different[] = {
	{ ORACLE_RESULT, "unregister: ETIMEDOUT", "p2p-map: ENOENT" },
	{ ORACLE_RESULT, "p2p-map: EAGAIN", "p2p-map: ENOENT" },
	{ ORACLE_RESULT, "p2p-map: ENOENT", "bar-map: ENOENT" },
	{ ORACLE_RESULT, "reset: E2BIG", "reset: EIO" },
	{ ORACLE_RESULT, "touch: SIGBUS", "touch: SIGSEGV" },
	{ ORACLE_DATA,
	  "wrong data where a read had succeeded: block at 331776 is zeroes",
	  "wrong data on a disk where a write had succeeded: block at 331776 is zeroes" },
	{ ORACLE_DMA,
	  "DMA after VFIO_DEVICE_RESET: BAR2 changed at 0x17000 when it had returned",
	  "DMA after COMMAND.MEM=0: BAR2 changed at 0x17000 when it had returned" },
	{ ORACLE_MAPPING, "memory could be reached while it is off",
	  "a mapping of P2P memory survived what ends it" },
	{ ORACLE_LEAK, "leak: 7 objects of dma_buf are left, 1 before 12 races",
	  "leak: 1 dma-bufs of VFIO are left, 0 before" },
	{ ORACLE_HANG, "no end after 60 s; under way: actor 0 at call 1,",
	  "a reset waits for stalled I/O, more than 10000 ms" },
	{ ORACLE_LOG,
	  "BUG: KASAN: slab-use-after-free in gen_pool_size+0x1b3/0x1c0",
	  "BUG: KASAN: slab-use-after-free in p2pdma_wake+0x7b/0x80" },
	{ ORACLE_LOG,
	  "BUG: KASAN: slab-use-after-free in p2pdma_wake+0x7b/0x80",
	  "BUG: KASAN: null-ptr-deref in p2pdma_wake+0x7b/0x80" },
	{ ORACLE_LOG, "WARNING: possible recursive locking detected",
	  "WARNING: possible circular locking dependency detected" },
	{ ORACLE_MODEL,
	  "operation 82, p2p-map(0, 1, 0, 0) by actor 3, ended with EAGAIN; the model has 0",
	  "operation 82, p2p-map(0, 1, 0, 0) by actor 3, ended with ENOENT; the model has 0" },
	{ ORACLE_MODEL,
	  "operation 82, poke(0, 1, 0, 0) by actor 3, ended with 0; the model has SIGBUS",
	  "operation 82, peek(0, 1, 0, 0) by actor 3, ended with byte 0x1; the model has SIGBUS" },
	{ ORACLE_DIED, "mapper: ended with status 0x8b",
	  "mapper: ended with status 0x9" },
};

static void numbers_and_names_of_tasks_do_not_matter(void **state)
{
	for (size_t i = 0; i < sizeof(alike) / sizeof(*alike); i++)
		if (!same(alike[i].oracle, alike[i].was, alike[i].is))
			fail_msg("\"%s\" is not \"%s\"", alike[i].was,
				 alike[i].is);
}

static void operations_and_errors_do(void **state)
{
	for (size_t i = 0; i < sizeof(different) / sizeof(*different); i++)
		if (same(different[i].oracle, different[i].was,
			 different[i].is))
			fail_msg("\"%s\" is taken for \"%s\"", different[i].was,
				 different[i].is);
}

static void another_oracle_saw_something_else(void **state)
{
	struct outcome was = { .oracle = ORACLE_HANG, .text = "no end" };
	struct outcome is = { .oracle = ORACLE_LOG, .text = "no end" };

	assert_false(signature_same(&was, &is));
	/* what was cut off has not said how it would end */
	was.oracle = ORACLE_NONE;
	assert_true(signature_same(&was, &is));
	/* nor in which way, a bundle without a text */
	was = (struct outcome){ .oracle = ORACLE_LOG };
	assert_true(signature_same(&was, &is));
}

/* as long as a text can be, and cut off anywhere */
static void long_texts_fit(void **state)
{
	char text[sizeof(((struct outcome *)0)->text)];
	char signature[SIGNATURE_BYTES];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	signature_of(ORACLE_RESULT, text, signature);
	assert_string_equal(signature, text);
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "-1 ", 2);
	signature_of(ORACLE_RESULT, text, signature);
	assert_true(strlen(signature) < sizeof(text));
	signature_of(ORACLE_RESULT, "", signature);
	assert_string_equal(signature, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_names_of_tasks_do_not_matter),
		cmocka_unit_test(operations_and_errors_do),
		cmocka_unit_test(another_oracle_saw_something_else),
		cmocka_unit_test(long_texts_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
