// SPDX-License-Identifier: GPL-2.0-only
/* The life of a set of points. */
#include "amplifier.h"

#include <linux/module.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define REAP_AGAIN (HZ / 4)

/* Ended sets that visits use. A set counts as a user of the module. */
static LIST_HEAD(ended_sets);
static DEFINE_MUTEX(ended_lock);

static bool is_terminated(const char *name)
{
	return strnlen(name, BARRAGE_AMPLIFIER_NAME_BYTES) <
	       BARRAGE_AMPLIFIER_NAME_BYTES;
}

static bool is_valid(const struct barrage_amplifier_point *ask)
{
	bool at_offset = ask->where == BARRAGE_AMPLIFIER_OFFSET;
	bool has_id = ask->whom == BARRAGE_AMPLIFIER_PROCESS ||
		      ask->whom == BARRAGE_AMPLIFIER_THREAD;

	return is_terminated(ask->symbol) && is_terminated(ask->caller) &&
	       ask->symbol[0] && ask->where <= BARRAGE_AMPLIFIER_OFFSET &&
	       at_offset == !!ask->offset && !(at_offset && ask->caller[0]) &&
	       ask->whom <= BARRAGE_AMPLIFIER_THREAD && has_id == !!ask->id &&
	       ask->kind <= BARRAGE_AMPLIFIER_MEET &&
	       ask->wait_us <= BARRAGE_AMPLIFIER_MAX_WAIT_US &&
	       (ask->kind != BARRAGE_AMPLIFIER_DELAY || !ask->wait_us) &&
	       (ask->kind != BARRAGE_AMPLIFIER_HOLD || ask->wait_us) &&
	       (ask->kind == BARRAGE_AMPLIFIER_MEET ?
			ask->meeting < BARRAGE_AMPLIFIER_MEETINGS &&
				ask->side <= 1 :
			!ask->meeting && !ask->side) &&
	       ask->least_us <= ask->most_us &&
	       ask->most_us <= BARRAGE_AMPLIFIER_MAX_US &&
	       ask->probability <= BARRAGE_AMPLIFIER_ALWAYS;
}

/* The task's number in the initial namespace, which is compared. */
static int id_translate(struct barrage_amplifier_point *ask)
{
	if (!ask->id)
		return 0;
	guard(rcu)();
	ask->id = pid_nr(find_vpid(ask->id));
	return ask->id ? 0 : -ESRCH;
}

/**
 * amplifier_set_add - add a point
 * @set: not ended
 * @ask: user space's, unchecked; receives its number
 *
 * Return: 0; -errno as in amplifier-uapi.h.
 */
int amplifier_set_add(struct amplifier_set *set,
		      struct barrage_amplifier_point *ask)
{
	struct amplifier_point *point = &set->points[set->nr];
	struct amplifier_place *place;
	int ret;

	if (!is_valid(ask))
		return -EINVAL;
	if (set->nr == ARRAY_SIZE(set->points))
		return -ENOSPC;
	memset(point, 0, sizeof(*point));
	point->ask = *ask;
	ret = id_translate(&point->ask) ?: amplifier_callers_find(point);
	if (ret)
		return ret;
	place = amplifier_place_get(set, point);
	if (IS_ERR(place))
		return PTR_ERR(place);
	if (place->nr == ARRAY_SIZE(place->points))
		return -ENOSPC;
	place->points[place->nr] = point;
	/* pairs with amplifier_hit(): what it finds is complete */
	smp_store_release(&place->nr, place->nr + 1);
	if (place->nr == 1) {
		ret = amplifier_place_arm(place);
		if (ret)
			return ret;
	}
	ask->point = set->nr++;
	return 0;
}

struct amplifier_set *amplifier_set_new(pid_t tgid)
{
	struct amplifier_set *set = kzalloc_obj(*set);

	if (!set)
		return NULL;
	__module_get(THIS_MODULE);
	INIT_LIST_HEAD(&set->places);
	set->tgid = tgid;
	return set;
}

static void set_free(struct amplifier_set *set)
{
	struct amplifier_place *place, *next;

	amplifier_visits_forget(set);
	list_for_each_entry_safe(place, next, &set->places, node)
		kfree(place);
	kfree(set);
	module_put(THIS_MODULE);
}

static void reap_later(struct work_struct *work);
static DECLARE_DELAYED_WORK(reaper, reap_later);

/* Free the sets that no visit uses any more; look after the others later. */
static void reap(void)
{
	struct amplifier_set *set, *next;

	guard(mutex)(&ended_lock);
	list_for_each_entry_safe(set, next, &ended_sets, node) {
		if (atomic_read_acquire(&set->nr_visits))
			continue;
		list_del(&set->node);
		set_free(set);
	}
	if (!list_empty(&ended_sets))
		schedule_delayed_work(&reaper, REAP_AGAIN);
}

static void reap_later(struct work_struct *work)
{
	reap();
}

/**
 * amplifier_set_end - remove all points
 * @set: of them; gone then
 *
 * Nobody is slow there any more, and no probe is left. The set is freed as soon
 * as no visit uses it, which may be never where a task has died in a function.
 */
void amplifier_set_end(struct amplifier_set *set)
{
	struct kprobe *probes[BARRAGE_AMPLIFIER_POINTS];
	struct amplifier_place *place;
	int nr = 0;

	WRITE_ONCE(set->ended, true);
	list_for_each_entry(place, &set->places, node)
		probes[nr++] = &place->probe;
	if (nr)
		unregister_kprobes(probes, nr);
	scoped_guard(mutex, &ended_lock)
		list_add(&set->node, &ended_sets);
	reap();
}

/**
 * amplifier_sets_reap - at the end of the module: no set is left, each uses it
 */
void amplifier_sets_reap(void)
{
	cancel_delayed_work_sync(&reaper);
}
