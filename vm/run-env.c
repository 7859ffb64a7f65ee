// SPDX-License-Identifier: GPL-2.0-only
#include "run-env.h"

#include <stdlib.h>

void vm_run_env(const struct vm_options *options,
		const struct vm_machine *machine, struct vm_strv *env)
{
	const struct vm_topology *t = machine->topology;
	const struct vm_kernel *k = machine->kernel;
	const char *term = getenv("TERM");

	vm_strv_add(env, "BARRAGE_IN_VM=1");
	vm_strv_add(env, "BARRAGE_TOPOLOGY=%s", t->name);
	vm_strv_add(env, "BARRAGE_ACCEL=%s", machine->kvm ? "kvm" : "tcg");
	vm_strv_add(env, "BARRAGE_QEMU_VERSION=%s", machine->qemu);
	vm_strv_add(env, "BARRAGE_CLOCK=%s",
		    machine->icount ? "icount" : "wall");
	vm_strv_add(env, "BARRAGE_FLAVOUR=%s", k->flavour);
	vm_strv_add(env, "BARRAGE_KERNEL_VERSION=%s", k->version);
	vm_strv_add(env, "BARRAGE_KERNEL_HASH=%s", k->hash);
	vm_strv_add(env, "BARRAGE_SERIES_HASH=%s", k->series_hash);
	vm_strv_add(env, "BARRAGE_TEST_ONLY_HASH=%s", k->test_only_hash);
	vm_strv_add(env, "BARRAGE_MUTANTS_HASH=%s", k->mutants_hash);
	vm_strv_add(env, "BARRAGE_CONFIG_HASH=%s", k->config_hash);
	if (k->modules)
		vm_strv_add(env, "BARRAGE_MODULES=%s", k->modules);
	if (t->expect_map_type)
		vm_strv_add(env, "BARRAGE_EXPECT_MAP_TYPE=%s",
			    t->expect_map_type);
	if (t->expect_data)
		vm_strv_add(env, "BARRAGE_EXPECT_DATA=%s", t->expect_data);
	if (options->shell) {
		vm_strv_add(env, "TERM=%s", term ? term : "linux");
		vm_strv_add(env, "PS1=barrage %s \\w \\$ ", t->name);
	}
	for (size_t i = 0; i < options->env.n; i++)
		vm_strv_add(env, "%s", options->env.v[i]);
}
