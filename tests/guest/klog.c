// SPDX-License-Identifier: GPL-2.0-only
#include "klog.h"

#include "guest.h"

#include <barrage/clock.h>
#include <barrage/kmsg.h>

#include <sys/times.h>
#include <unistd.h>

#define PATIENCE_NS 30000000000ull
#define POLL_NS 5000000ull
#define QUIET_NS 120000000000ull
/* dmar_fault() counts three for each, and goes up to ten in five seconds */
#define NR_FAULTS_TOLD 3
#define FAULTS_TOLD_MS 6000

/* VT-d, "Fault Reasons": the address is one that nothing is mapped at */
#define NO_WRITE 5
#define NO_READ 6

static struct brg_kmsg kmsg = { .fd = -1 };
static unsigned long long told_ms[NR_FAULTS_TOLD];
static unsigned int nr_told;

int klog_check(void)
{
	if (kmsg.fd < 0)
		return brg_kmsg_open(&kmsg, NULL);
	return brg_kmsg_check(&kmsg, NULL, 0);
}

int klog_mark(const char *mark)
{
	struct brg_kmsg other;
	int ret = brg_kmsg_open(&other, mark);

	brg_kmsg_close(&other);
	return ret;
}

/*
 * The kernel's limits go by jiffies. Where the machine was so busy at boot that
 * "APIC timer disabled due to verification failure", they fall behind the clocks.
 */
static unsigned long long jiffies_ms(void)
{
	long ticks = (long)times(&(struct tms){ 0 });

	return (unsigned long)ticks * 1000ull /
	       (unsigned long)sysconf(_SC_CLK_TCK);
}

void guest_provoke_fault(void)
{
	uint64_t end = brg_clock_now_ns() + QUIET_NS;
	unsigned long long quiet;

	if (nr_told < NR_FAULTS_TOLD)
		return;
	quiet = told_ms[nr_told % NR_FAULTS_TOLD] + FAULTS_TOLD_MS;
	while (jiffies_ms() < quiet && brg_clock_left_ms(end))
		brg_clock_sleep_ns(POLL_NS);
}

void guest_expect_fault(const char *bdf, bool write, uint64_t iova)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct brg_kmsg_fault fault;
	int ret;

	while (!(ret = brg_kmsg_next_fault(&kmsg, &fault))) {
		if (!brg_clock_left_ms(end))
			fail_msg("the IOMMU did not stop %s", bdf);
		brg_clock_sleep_ns(POLL_NS);
	}
	if (ret < 0)
		fail_msg("%s", brg_last_error());
	/* not before: on a busy machine it may be long after it was provoked */
	told_ms[nr_told++ % NR_FAULTS_TOLD] = jiffies_ms();
	assert_string_equal(fault.bdf, bdf);
	assert_int_equal(fault.write, write);
	/* and not, for one, that the device is in no address space at all */
	assert_int_equal(fault.reason, write ? NO_WRITE : NO_READ);
	assert_true(fault.iova == (iova & ~(PAGE - 1)));
}
