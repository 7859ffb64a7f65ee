// SPDX-License-Identifier: GPL-2.0-only
/* Finding the places of points. */
#include "amplifier.h"

#include <linux/kallsyms.h>
#include <linux/slab.h>

/* Keeps the probe a breakpoint: what a jump does cannot send tasks elsewhere. */
static void after_hit(struct kprobe *probe, struct pt_regs *regs,
		      unsigned long flags)
{
}

/* Where an address is in its function: false where it is in none. */
static bool position(unsigned long addr, unsigned long *offset,
		     struct amplifier_range *range)
{
	char text[KSYM_SYMBOL_LEN];
	unsigned long size;
	const char *plus;

	sprint_symbol(text, addr);
	plus = strchr(text, '+');
	if (!plus || sscanf(plus, "+0x%lx/0x%lx", offset, &size) != 2)
		return false;
	range->start = addr - *offset;
	range->end = range->start + size;
	return true;
}

/* Register a probe, disabled. */
static int probe_register(struct kprobe *probe, const char *symbol, u32 offset)
{
	struct amplifier_range range;
	unsigned long in_function;
	kprobe_opcode_t *addr;
	int ret;

	probe->symbol_name = symbol;
	probe->offset = offset;
	probe->flags = KPROBE_FLAG_DISABLED;
	probe->post_handler = after_hit;
	ret = register_kprobe(probe);
	addr = probe->addr;
	if (ret != -ENOENT && offset &&
	    (!position((unsigned long)addr, &in_function, &range) ||
	     in_function != offset)) {
		if (!ret)
			unregister_kprobe(probe);
		return -ERANGE;
	}
#ifdef CONFIG_KPROBES_ON_FTRACE
	/* ftrace does not let its caller's stack pointer be changed: behind it */
	if (!ret && kprobe_ftrace(probe)) {
		unregister_kprobe(probe);
		*probe = (struct kprobe){
			.addr = addr + MCOUNT_INSN_SIZE,
			.flags = KPROBE_FLAG_DISABLED,
			.pre_handler = probe->pre_handler,
			.post_handler = after_hit,
		};
		ret = register_kprobe(probe);
	}
#endif
	return ret == -EINVAL ? -EOPNOTSUPP : ret;
}

/* What there is of a function's body. */
static int function_find(const char *name, struct amplifier_range *range)
{
	struct kprobe probe = {};
	unsigned long offset;
	int ret = probe_register(&probe, name, 0);

	if (ret)
		return ret;
	if (!position((unsigned long)probe.addr, &offset, range))
		ret = -ENOENT;
	unregister_kprobe(&probe);
	return ret;
}

/**
 * amplifier_callers_find - find the code that a point is called from
 * @point: receives it
 *
 * Return: 0, also where any may call; -ENODATA.
 */
int amplifier_callers_find(struct amplifier_point *point)
{
	char cold[BARRAGE_AMPLIFIER_NAME_BYTES + sizeof(".cold")];
	const char *name = point->ask.caller;

	if (!name[0])
		return 0;
	if (function_find(name, &point->callers[0]))
		return -ENODATA;
	/* what the compiler thinks is unlikely, where it has put that apart */
	snprintf(cold, sizeof(cold), "%s.cold", name);
	function_find(cold, &point->callers[1]);
	return 0;
}

static struct amplifier_place *place_find(struct amplifier_set *set,
					  const kprobe_opcode_t *addr)
{
	struct amplifier_place *place;

	list_for_each_entry(place, &set->places, node) {
		if (place->probe.addr == addr)
			return place;
	}
	return NULL;
}

/**
 * amplifier_place_get - the place of a point, new or not
 * @set: where it is to be
 * @point: its name is kept
 *
 * Return: one of the set; a new one has no points, and its probe is disabled;
 * ERR_PTR() as in amplifier-uapi.h.
 */
struct amplifier_place *amplifier_place_get(struct amplifier_set *set,
					    const struct amplifier_point *point)
{
	struct amplifier_place *place, *old;
	int ret;

	place = kzalloc_obj(*place);
	if (!place)
		return ERR_PTR(-ENOMEM);
	place->set = set;
	place->probe.pre_handler = amplifier_hit;
	ret = probe_register(&place->probe, point->ask.symbol,
			     point->ask.offset);
	if (ret) {
		kfree(place);
		return ERR_PTR(ret);
	}
	old = place_find(set, place->probe.addr);
	if (old) {
		unregister_kprobe(&place->probe);
		kfree(place);
		return old;
	}
	list_add(&place->node, &set->places);
	return place;
}

/**
 * amplifier_place_arm - enable the probe
 * @place: freed without success
 *
 * Return: 0; -errno.
 */
int amplifier_place_arm(struct amplifier_place *place)
{
	int ret = enable_kprobe(&place->probe);

	if (!ret)
		return 0;
	list_del(&place->node);
	unregister_kprobe(&place->probe);
	kfree(place);
	return ret;
}
