// SPDX-License-Identifier: GPL-2.0-only
#include "hold.h"

#include <errno.h>
#include <stdlib.h>

#include "qmp.h"
#include "text.h"

#define UNIT_BYTES 512

/* @units: in a second; 0: no limit */
static int limit(int qmp, const char *role, int units)
{
	char *id = vm_strf("device-%s", role);
	json_t *arguments = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i}",
				      "id", id, "bps", 0, "bps_rd", 0, "bps_wr",
				      0, "iops", units, "iops_rd", 0, "iops_wr",
				      0);

	free(id);
	if (units)
		json_object_set_new(arguments, "iops_size",
				    json_integer(UNIT_BYTES));
	return vm_qmp_run(qmp, "block_set_io_throttle", arguments);
}

int vm_hold_begin(struct vm_hold *hold, int qmp, const char *role, uint64_t ms)
{
	int ret;

	if (!ms || ms > VM_HOLD_MAX_MS)
		return -EINVAL;
	if (hold->role)
		return -EBUSY;
	ret = limit(qmp, role, 1);
	if (ret)
		return ret;
	hold->role = vm_strf("%s", role);
	hold->until_ms = vm_now_ms() + (int64_t)ms;
	return 0;
}

int64_t vm_hold_left_ms(const struct vm_hold *hold, int64_t now_ms)
{
	if (!hold->role)
		return -1;
	return hold->until_ms > now_ms ? hold->until_ms - now_ms : 0;
}

int vm_hold_end(struct vm_hold *hold, int qmp)
{
	int ret = hold->role ? limit(qmp, hold->role, 0) : 0;

	vm_hold_free(hold);
	return ret;
}

void vm_hold_free(struct vm_hold *hold)
{
	free(hold->role);
	*hold = (struct vm_hold){ 0 };
}
