// SPDX-License-Identifier: GPL-2.0-only
/*
 * stretch - make one thread slow at one place, so that a race is lost
 *
 * function=NAME [at_return=1] tid=TID ms=N: thread TID spends N ms where
 * NAME() begins or returns, once. The parameter "hits" says whether it is, or
 * was, there. The thread cannot be preempted meanwhile.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *function;
module_param(function, charp, 0444);
static bool at_return;
module_param(at_return, bool, 0444);
static int tid;
module_param(tid, int, 0444);
static uint ms;
module_param(ms, uint, 0444);
static int hits;
module_param(hits, int, 0444);

static void stretch(void)
{
	if (task_pid_nr(current) != tid || READ_ONCE(hits))
		return;
	WRITE_ONCE(hits, 1);
	mdelay(ms);
}

static int at_entry(struct kprobe *p, struct pt_regs *regs)
{
	stretch();
	return 0;
}

static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	stretch();
	return 0;
}

static struct kprobe entry = { .pre_handler = at_entry };
static struct kretprobe ret = { .handler = on_return };

static int __init stretch_init(void)
{
	if (!function || !tid || ms > 5000)
		return -EINVAL;
	entry.symbol_name = function;
	ret.kp.symbol_name = function;
	return at_return ? register_kretprobe(&ret) : register_kprobe(&entry);
}

static void __exit stretch_exit(void)
{
	if (at_return)
		unregister_kretprobe(&ret);
	else
		unregister_kprobe(&entry);
}

module_init(stretch_init);
module_exit(stretch_exit);
MODULE_DESCRIPTION("Makes one thread slow at one place, for tests");
MODULE_LICENSE("GPL");
