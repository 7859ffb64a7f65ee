// SPDX-License-Identifier: GPL-2.0-only
#include "emit.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "emission.h"
#include "emit-points.h"
#include "ledger.h"
#include "registry.h"
#include "sources.h"

extern const struct op *const __start_stress_ops[];
extern const struct op *const __stop_stress_ops[];

static void id_of(const struct op *op, char id[64])
{
	snprintf(id, 64, "%s", op->name);
	for (char *c = id; *c; c++)
		*c = *c == '-' ? '_' : *c;
}

/* is it said there, as a word of its own? */
static bool mentions(const struct source *source, const char *word)
{
	const char *at = source->begin;
	size_t len = strlen(word);

	while ((at = memmem(at, (size_t)(source->end - at), word, len))) {
		at += len;
		if (at == source->end ||
		    (*at != '_' && !isalnum((unsigned char)*at)))
			return true;
	}
	return false;
}

/* An operation's file, and those of others that it calls, or has the errnos of */
static int emit_op(struct emission *emission, const struct op *op)
{
	const struct source *source = source_find(op->source);
	int ret;

	if (emission_has(emission, op->source))
		return 0;
	ret = emission_add(emission, op->source);
	for (const struct op *const *other = __start_stress_ops;
	     !ret && other < __stop_stress_ops; other++) {
		char id[64], text[80];

		id_of(*other, id);
		snprintf(text, sizeof(text), "op_%s", id);
		if (mentions(source, text))
			ret = emit_op(emission, *other);
	}
	return ret;
}

static int emit_ops(struct emission *emission,
		    const struct actor_program *actor)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < actor->nr_calls; i++)
		ret = emit_op(emission, actor->calls[i].op);
	return ret;
}

static void emit_call(FILE *f, const struct call *call)
{
	char id[64];

	id_of(call->op, id);
	fprintf(f, "\t\t{ .op = &op_%s, .arg = {", id);
	for (int i = 0; i < ENGINE_NR_ARGS; i++)
		fprintf(f, "%s %lld", i ? "," : "", (long long)call->arg[i]);
	fprintf(f,
		" }, .delay_us = %u, .fail_nth = %u, .sweep = %d, .order = %u },\n",
		call->delay_us, call->fail_nth, call->sweep, call->order);
}

static void emit_actor(FILE *f, const char *field,
		       const struct actor_program *actor)
{
	fprintf(f,
		"\t%s{\n\t\t.name = \"%s\", .process = %d, .cpu = %u, .turns = %u, .stranger = %d, .nr_calls = %u,\n\t\t.calls = {\n",
		field, actor->name, actor->process, actor->cpu, actor->turns,
		actor->stranger, actor->nr_calls);
	for (unsigned int i = 0; i < actor->nr_calls; i++)
		emit_call(f, &actor->calls[i]);
	fprintf(f, "\t\t},\n\t},\n");
}

/* What is slow in it is printed elsewhere: see bound.c for what its number is for. */
static void emit_program(FILE *f, const struct program *program)
{
	fprintf(f, "\t{\n\t.nr_points = %u,\n", program->nr_points);
	emit_actor(f, ".before = ", &program->before);
	fprintf(f, "\t.nr_actors = %u,\n\t.actors = {\n", program->nr_actors);
	for (unsigned int i = 0; i < program->nr_actors; i++)
		emit_actor(f, "", &program->actors[i]);
	fprintf(f, "\t},\n");
	emit_actor(f, ".after = ", &program->after);
	fprintf(f, "\t},\n");
}

static void emit_programs(FILE *f, const struct races *races)
{
	fprintf(f, "\nstatic const struct program programs[] = {\n");
	for (unsigned int i = 0; i < races->nr_given; i++)
		emit_program(f, &races->given[i]);
	fprintf(f, "};\n");
}

static unsigned int needs_of(const struct actor_program *actor)
{
	unsigned int needs = 0;

	for (unsigned int i = 0; i < actor->nr_calls; i++)
		needs |= actor->calls[i].op->needs;
	return needs;
}

static unsigned int races_need(const struct races *races)
{
	unsigned int needs = 0;

	for (unsigned int i = 0; i < races->nr_given; i++) {
		const struct program *program = &races->given[i];

		needs |= needs_of(&program->before) | needs_of(&program->after);
		for (unsigned int a = 0; a < program->nr_actors; a++)
			needs |= needs_of(&program->actors[a]);
		if (races->of[i])
			needs |= races->of[i]->needs;
	}
	return needs;
}

/* All races of a bundle have the same device. */
static bool has_cmb(const struct races *races)
{
	const struct stress_scenario *of = races->of[races->nr_given - 1] ?:
						   races->scenario;

	return registry_race_needs(of) & NEED_CMB;
}

/* one kind of device that races are about */
struct subject {
	const char *state;
	const char *arguments;
};

static const struct subject *subject_of(unsigned int needs, bool cmb)
{
	static const struct subject of_cmb = {
		"the NVMe of the CMB with its driver",
		"cmb=0000:01:00.0",
	};
	static const struct subject of_vf = {
		"the VF and its PF bound to vfio-pci (enable_sriov=Y)",
		"pf=0000:01:00.0 device=0000:01:10.0 bar=0",
	};
	static const struct subject of_device = {
		"the device bound to vfio-pci",
		"device=0000:01:00.0 bar=2",
	};

	if (cmb)
		return &of_cmb;
	return needs & NEED_PF ? &of_vf : &of_device;
}

/* what the races are about, in the words of repro.c */
static void emit_arguments(FILE *f, unsigned int needs, bool cmb)
{
	const struct subject *subject = subject_of(needs, cmb);

	fprintf(f,
		" * Run as root, %s; what a disk holds is lost:\n"
		" *\t./repro %s%s%s%s%s%s\n",
		subject->state, subject->arguments,
		needs & NEED_DISK ? " disk=/dev/nvme0n1" : "",
		needs & NEED_SLOW_DISK ? " slow=/dev/nvme1n1" : "",
		needs & NEED_IMPORTER ? " importer=0000:02:00.0" : "",
		needs & NEED_TWIN ? " twin=0000:01:00.1" : "",
		needs & NEED_RDMA ? " rdma=rxe0" : "");
	if (needs & NEED_RDMA)
		fprintf(f,
			" * rdma= is the RDMA device, as ibv_devices lists it.\n");
	if (!cmb)
		fprintf(f,
			" * Where resets empty the device's memory, say forgets=1, or that is taken for wrong.\n");
}

/* is that so of any of the races? */
static bool any_faults(const struct races *races)
{
	for (unsigned int i = 0; i < races->nr_given; i++)
		if (engine_faults(&races->given[i]))
			return true;
	return false;
}

static bool any_is_slow(const struct races *races)
{
	for (unsigned int i = 0; i < races->nr_given; i++)
		if (races->given[i].nr_points)
			return true;
	return false;
}

static bool any_is_checked(const struct races *races)
{
	for (unsigned int i = 0; i < races->nr_given; i++)
		if (races->of[i] && races->of[i]->check)
			return true;
	return false;
}

/* what was seen by who looks from outside */
static void emit_limits(FILE *f, const struct races *races,
			const struct outcome *failure)
{
	if (failure && failure->oracle == ORACLE_LEAK &&
	    strstr(failure->text, LEDGER_LEFT))
		fprintf(f,
			" * It does not count what is left when all is closed, by which that was seen: for\n"
			" * that, replay the bundle.\n");
	if (any_faults(races))
		fprintf(f,
			" * It provokes faults of the IOMMU itself, so it does not see any.\n");
	if (any_is_checked(races))
		fprintf(f,
			" * It does not see what the scenario alone looks for when a race is over: whether\n"
			" * the results are those that its model of a BAR has. For that, replay the bundle.\n");
}

static void emit_head(FILE *f, const struct races *races,
		      const struct outcome *failure)
{
	unsigned int needs = races_need(races);

	fprintf(f, "// SPDX-License-Identifier: GPL-2.0-only\n"
		   "/*\n");
	if (races->nr_given > 1)
		fprintf(f,
			" * %u races of barrage-stress, one after the other, scenario %s.\n",
			races->nr_given, races->scenario->name);
	else
		fprintf(f, " * A race of barrage-stress, scenario %s.\n",
			races->scenario->name);
	if (failure)
		fprintf(f, " * It failed, as seen by %s:\n *\t%s\n",
			oracle_name(failure->oracle), failure->text);
	fprintf(f,
		" *\n"
		" * Build, with the headers of the kernel that has the interfaces:\n"
		" *\tmake headers_install INSTALL_HDR_PATH=/tmp/headers\n"
		" *\tgcc -O2 -pthread -D_GNU_SOURCE -isystem /tmp/headers/include repro.c -o repro%s\n",
		needs & NEED_RDMA ? " -libverbs" : "");
	emit_arguments(f, needs, has_cmb(races));
	fprintf(f,
		" * It ends with 1 when it sees the failure, with 99 where it cannot run the race.%s\n",
		any_is_slow(races) ?
			" For its delays in the kernel,\n"
			" * Barrage's module barrage-amplifier has to be loaded (kernel/modules)." :
			"");
	emit_limits(f, races, failure);
	fprintf(f,
		" */\n"
		"static inline int brg_fail(int err, ...)\n{\n\treturn err;\n}\n"
		"static inline void brg_debug(const char *fmt, ...)\n{\n}\n");
}

/* the operations of a race, and what they call */
static int emit_parts(struct emission *emission, const struct program *program)
{
	int ret = emit_ops(emission, &program->before);

	for (unsigned int i = 0; !ret && i < program->nr_actors; i++)
		ret = emit_ops(emission, &program->actors[i]);
	return ret ? ret : emit_ops(emission, &program->after);
}

int emit(FILE *f, const struct races *races, const struct outcome *failure)
{
	static const char *const core[] = {
		"engine.h", "io-gate.c", "time.c",  "verdict.c", "device.c",
		"race.c",   "slot.c",	 "touch.c", "world.c",
	};
	struct emission *emission = emission_begin(f);
	int ret = 0;

	if (!emission)
		return -ENOMEM;
	emit_head(f, races, failure);
	for (size_t i = 0; !ret && i < sizeof(core) / sizeof(*core); i++)
		ret = emission_add(emission, core[i]);
	for (unsigned int i = 0; !ret && i < races->nr_given; i++)
		ret = emit_parts(emission, &races->given[i]);
	if (!ret) {
		emit_programs(f, races);
		ret = emit_points(f, emission, races);
	}
	if (!ret)
		ret = emission_add(emission, "repro-watch.c");
	if (!ret)
		ret = emission_add(emission, "repro.c");
	emission_end(emission);
	return ret;
}
