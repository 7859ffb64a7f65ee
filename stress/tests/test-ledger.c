// SPDX-License-Identifier: GPL-2.0-only
/* What is left after races is seen, by the files of a kernel that is made up. */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ledger-settle.h"

#define BDF "0000:01:00.0"
#define BUFINFO "/sys/kernel/debug/dma_buf/bufinfo"
#define DEVICE "/sys/bus/pci/devices/" BDF
#define CACHE "/sys/kernel/slab/kmalloc-64"

static char root[64];
static struct ledger_source source = {
	.root = root,
	.bdf = BDF,
	.settle_ms = 100,
	.slabs = true,
};

/* at once: somebody may be reading */
static void write_at(const char *path, const char *text)
{
	char whole[256], aside[264];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	snprintf(aside, sizeof(aside), "%s.new", whole);
	f = fopen(aside, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(rename(aside, whole), 0);
}

static void make_folder(const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *c = whole + strlen(root) + 1; *c; c++)
		if (*c == '/') {
			*c = '\0';
			mkdir(whole, 0700);
			*c = '/';
		}
	assert_true(!mkdir(whole, 0700) || errno == EEXIST);
}

/* one of VFIO, and @others */
static void write_dmabufs(const char *others)
{
	char text[1024];

	snprintf(
		text, sizeof(text),
		"\nDma-buf Objects:\n"
		"size    \tflags   \tmode    \tcount   \texp_name\tino     \tname\n"
		"2097152\t00080002\t000a0007\t00000001\tvfio_pci_core\t00000012\t<none>\n"
		"\tAttached Devices:\n\t0000:02:00.0\nTotal 1 devices attached\n\n"
		"%s\nTotal 1 objects, 2097152 bytes\n",
		others);
	write_at(BUFINFO, text);
}

#define ONE_MORE                                                               \
	"00004096\t00080002\t000a0007\t00000001\t%s\t00000013\t<none>\n"

static void write_vmstat(int memmap, int iommu)
{
	char text[200];

	snprintf(
		text, sizeof(text),
		"nr_free_pages 5\nnr_iommu_pages %d\nnr_memmap_pages %d\nnr_memmap_boot_pages 7\n",
		iommu, memmap);
	write_at("/proc/vmstat", text);
}

static int make_kernel(void **state)
{
	strcpy(root, "/tmp/barrage-ledger-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	make_folder("/sys/kernel/debug/dma_buf");
	make_folder("/proc");
	make_folder(DEVICE);
	make_folder(CACHE);
	write_dmabufs("");
	write_vmstat(100, 1000);
	write_at("/proc/meminfo", "MemFree: 5 kB\nPercpu:   3000 kB\n");
	write_at(CACHE "/objects", "5000 N0=5000\n");
	write_at(CACHE "/shrink", "");
	return 0;
}

static int remove_kernel(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

/* what is said to be left when @change has happened; "" for nothing */
static const char *left(void (*change)(void), uint64_t nr_races)
{
	struct settle *settle = ledger_begin(&source);
	static char text[256];
	unsigned int entries;

	assert_non_null(settle);
	change();
	*text = '\0';
	if (!ledger_end(settle, nr_races, &entries, text, sizeof(text), stderr))
		*text = '\0';
	return text;
}

static void nothing(void)
{
}

static void nothing_is_left_where_nothing_happens(void **state)
{
	assert_string_equal(left(nothing, 10), "");
}

static void export_another(void)
{
	char line[200];

	snprintf(line, sizeof(line), ONE_MORE, "vfio_pci_core");
	write_dmabufs(line);
}

static void export_by_somebody_else(void)
{
	char line[200];

	snprintf(line, sizeof(line), ONE_MORE, "i915");
	write_dmabufs(line);
}

static void a_dmabuf_of_vfio_is_seen(void **state)
{
	assert_string_equal(left(export_another, 1),
			    "leak: 2 dma-bufs of VFIO are left, 1 before");
	write_dmabufs("");
	assert_string_equal(left(export_by_somebody_else, 1), "");
}

static void leave_pool(void)
{
	make_folder(DEVICE "/p2pmem");
}

static void p2p_memory_that_stays_is_seen(void **state)
{
	assert_contains(left(leave_pool, 1), "P2P memory in sysfs");
}

static void lose_struct_pages(void)
{
	write_vmstat(108, 1000);
}

static void struct_pages_are_seen(void **state)
{
	assert_contains(left(lose_struct_pages, 1),
			"108 pages of struct pages");
}

static void breathe(void)
{
	write_vmstat(100, 1100);
}

static void lose_page_tables(void)
{
	write_vmstat(100, 2000);
}

static void page_tables_may_breathe(void **state)
{
	assert_string_equal(left(breathe, 1), "");
	write_vmstat(100, 1000);
	assert_contains(left(lose_page_tables, 1), "page tables of IOMMUs");
}

static void use_some(void)
{
	write_at(CACHE "/objects", "5200 N0=5200\n");
}

static void lose_many(void)
{
	write_at(CACHE "/objects", "8000 N0=8000\n");
}

static void lose_some(void)
{
	write_at(CACHE "/objects", "6100 N0=6100\n");
}

static void objects_are_seen_where_they_are_many(void **state)
{
	assert_string_equal(left(use_some, 100), "");
	write_at(CACHE "/objects", "5000 N0=5000\n");
	assert_contains(left(lose_many, 100), "kmalloc-64");
	write_at(CACHE "/objects", "5000 N0=5000\n");
	/* less than half an object a race is noise, up to some thousand races */
	assert_string_equal(left(lose_some, 2000), "");
	write_at(CACHE "/objects", "5000 N0=5000\n");
	assert_contains(left(lose_many, 8000), "kmalloc-64");
}

static void *give_back(void *arg)
{
	write_dmabufs("");
	return NULL;
}

static pthread_t giver;

static void export_for_a_while(void)
{
	export_another();
	assert_int_equal(pthread_create(&giver, NULL, give_back, NULL), 0);
}

static void what_goes_later_is_no_leak(void **state)
{
	source.settle_ms = 60000;
	assert_string_equal(left(export_for_a_while, 1), "");
	pthread_join(giver, NULL);
	source.settle_ms = 100;
}

static void what_a_kernel_does_not_say_is_left_out(void **state)
{
	struct settle *settle;
	unsigned int entries;
	char path[128], text[256];

	snprintf(path, sizeof(path), "%s" BUFINFO, root);
	unlink(path);
	settle = ledger_begin(&source);
	assert_int_equal(
		ledger_end(settle, 1, &entries, text, sizeof(text), stderr), 0);
	assert_int_equal(entries,
			 (1u << (LEDGER_NR + 1)) - 1 - (1u << LEDGER_DMABUFS));
}

#define LEDGER_TEST(test)                                                      \
	cmocka_unit_test_setup_teardown(test, make_kernel, remove_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(nothing_is_left_where_nothing_happens),
		LEDGER_TEST(a_dmabuf_of_vfio_is_seen),
		LEDGER_TEST(p2p_memory_that_stays_is_seen),
		LEDGER_TEST(struct_pages_are_seen),
		LEDGER_TEST(page_tables_may_breathe),
		LEDGER_TEST(objects_are_seen_where_they_are_many),
		LEDGER_TEST(what_goes_later_is_no_leak),
		LEDGER_TEST(what_a_kernel_does_not_say_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
