// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "amplifier"
#include <barrage/amplifier.h>
#include <barrage/clock.h>
#include <barrage/log.h>

#include "amplifier-add.h"
#include "module.h"

#include <amplifier-uapi.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MODULE "barrage-amplifier"
#define DEVICE "/dev/" MODULE
#define POLL_NS 1000000ull

_Static_assert(BRG_AMPLIFIER_NAME_BYTES == BARRAGE_AMPLIFIER_NAME_BYTES &&
		       BRG_AMPLIFIER_POINTS == BARRAGE_AMPLIFIER_POINTS &&
		       BRG_AMPLIFIER_MEETINGS == BARRAGE_AMPLIFIER_MEETINGS &&
		       BRG_AMPLIFIER_MAX_US == BARRAGE_AMPLIFIER_MAX_US &&
		       BRG_AMPLIFIER_MAX_WAIT_US ==
			       BARRAGE_AMPLIFIER_MAX_WAIT_US &&
		       BRG_AMPLIFIER_ALWAYS == BARRAGE_AMPLIFIER_ALWAYS,
	       "limits are the module's");

int brg_amplifier_open(struct brg_amplifier *amplifier)
{
	int ret;

	amplifier->fd = -1;
	ret = brg_module_ensure_device(MODULE, DEVICE,
				       "it comes with kernel/build, and needs "
				       "CONFIG_KPROBES");
	if (ret)
		return ret;
	amplifier->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (amplifier->fd >= 0)
		return 0;
	ret = -errno;
	return brg_fail(ret, DEVICE ": %s%s", strerror(-ret),
			ret == -EBUSY ? ": another process has it" :
			ret == -EACCES || ret == -EPERM ? ": root is needed" :
							  "");
}

void brg_amplifier_close(struct brg_amplifier *amplifier)
{
	if (amplifier->fd >= 0)
		close(amplifier->fd);
	amplifier->fd = -1;
}

static int call(const struct brg_amplifier *amplifier, unsigned long request,
		void *arg)
{
	return ioctl(amplifier->fd, request, arg) < 0 ? -errno : 0;
}

static const char *hint_of(int err)
{
	switch (err) {
	case -EBADF:
		return "the amplifier is not open";
	case -ENOENT:
		return "no such point";
	case -ESHUTDOWN:
		return "the process that opened it has gone";
	default:
		return strerror(-err);
	}
}

static int refuse(int err, const struct brg_amplifier_point *point)
{
	const char *name = point->symbol;

	switch (err) {
	case -ENOENT:
		return brg_fail(err,
				"%s: this kernel has no such function, or has "
				"inlined it: go without this point",
				name);
	case -ENODATA:
		return brg_fail(-ENOENT,
				"%s, called from %s: this kernel has no such "
				"caller, or has inlined it: go without this "
				"point",
				name, point->caller);
	case -EOPNOTSUPP:
		return brg_fail(err,
				"%s: the kernel lets no probe be there: go "
				"without this point",
				name);
	case -EILSEQ:
		return brg_fail(err, "%s+%#x: no instruction begins there",
				name, point->offset_bytes);
	case -ERANGE:
		return brg_fail(err, "%s+%#x: the function is not that long",
				name, point->offset_bytes);
	case -ESRCH:
		return brg_fail(err, "%s: there is no task %d", name,
				point->id);
	case -ENOSPC:
		return brg_fail(err,
				"%s: too many points: %d in all, 8 at one "
				"place",
				name, BRG_AMPLIFIER_POINTS);
	case -EINVAL:
		return brg_fail(err, "%s: the point is not valid", name);
	default:
		return brg_fail(err, "%s: no point: %s", name, hint_of(err));
	}
}

int brg_amplifier_add(const struct brg_amplifier *amplifier,
		      const struct brg_amplifier_point *point)
{
	struct barrage_amplifier_point arg = {
		.where = point->where,
		.offset = point->offset_bytes,
		.whom = point->whom,
		.id = point->id,
		.kind = point->kind,
		.wait_us = point->wait_us,
		.meeting = point->meeting,
		.side = point->side,
		.least_us = point->least_us,
		.most_us = point->most_us,
		.probability = point->probability,
		.seed = point->seed,
		.after = point->after,
		.most = point->most,
	};
	int ret;

	memcpy(arg.symbol, point->symbol, sizeof(arg.symbol));
	memcpy(arg.caller, point->caller, sizeof(arg.caller));
	ret = brg_amplifier_add_variant(amplifier->fd, &arg);
	if (ret == -ENOTUNIQ)
		return -ENOENT;
	return ret ? refuse(ret, point) : (int)arg.point;
}

int brg_amplifier_clear(const struct brg_amplifier *amplifier)
{
	int ret = call(amplifier, BARRAGE_AMPLIFIER_CLEAR, NULL);

	return ret ? brg_fail(ret, "cannot remove the points: %s",
			      hint_of(ret)) :
		     0;
}

int brg_amplifier_stats(const struct brg_amplifier *amplifier, int id,
			struct brg_amplifier_stats *stats)
{
	struct barrage_amplifier_stats arg = { .point = (uint32_t)id };
	int ret = call(amplifier, BARRAGE_AMPLIFIER_STATS, &arg);

	if (ret)
		return brg_fail(ret, "point %d: %s", id, hint_of(ret));
	*stats = (struct brg_amplifier_stats){
		.passed = arg.passed,
		.acted = arg.acted,
		.met = arg.met,
		.lapsed = arg.lapsed,
		.spared = arg.spared,
		.waiting = arg.waiting,
		.delayed_ns = arg.delayed_ns,
	};
	return 0;
}

int brg_amplifier_release(const struct brg_amplifier *amplifier, int id)
{
	struct barrage_amplifier_release arg = { .point = (uint32_t)id };
	int ret = call(amplifier, BARRAGE_AMPLIFIER_RELEASE, &arg);

	if (!ret)
		return 0;
	return brg_fail(ret, "point %d: %s", id,
			ret == -EINVAL ? "nobody is ever held there" :
					 hint_of(ret));
}

int brg_amplifier_await_held(const struct brg_amplifier *amplifier, int id,
			     unsigned int timeout_ms)
{
	const uint64_t end = brg_clock_now_ns() + timeout_ms * 1000000ull;
	struct brg_amplifier_stats stats;
	int ret;

	for (;;) {
		ret = brg_amplifier_stats(amplifier, id, &stats);
		if (ret || stats.waiting)
			return ret;
		if (!brg_clock_left_ms(end))
			return brg_fail(-ETIMEDOUT,
					"point %d: nobody was held within "
					"%u ms; %llu passed",
					id, timeout_ms,
					(unsigned long long)stats.passed);
		brg_clock_sleep_ns(POLL_NS);
	}
}
