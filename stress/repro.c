/*
 * Run the races again and again, one after the other. What is wrong is seen in the race itself, in the
 * kernel's log, or in that it does not end: see watch().
 */
#include "cmb.h"
#include "engine.h"
#include "fail-nth.h"
#include "needs.h"
#include "stamp.h"

#include <barrage/kmsg-line.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RACE_LIMIT_S 120

#define NR_PROGRAMS (sizeof(programs) / sizeof(*programs))

static const struct program *program_of(unsigned int nr)
{
	return &programs[nr % NR_PROGRAMS];
}

/* Some races provoke what is trouble elsewhere, and the next one may be told of it. */
static bool is_complaint(const char *line, const char *importer,
			 unsigned int nr)
{
	char bdf[BRG_KMSG_BDF_BYTES];

	if (!brg_kmsg_is_splat(line))
		return false;
	if (!brg_kmsg_is_fault(line) ||
	    (!engine_faults(program_of(nr)) &&
	     !engine_faults(program_of(nr + NR_PROGRAMS - 1))))
		return true;
	return brg_kmsg_fault_device(line, bdf) && strcmp(bdf, importer);
}

/* 1 where the kernel complains, in a race with a number */
static int read_log(int fd, const char *importer, unsigned int nr)
{
	char record[8192], *text;
	ssize_t got;

	while ((got = read(fd, record, sizeof(record) - 1)) > 0 ||
	       (got < 0 && errno == EPIPE)) {
		if (got < 0)
			continue;
		record[got] = '\0';
		text = strchr(record, ';');
		if (text && brg_kmsg_is_kernels(record) &&
		    is_complaint(text, importer, nr)) {
			printf("the kernel complains: %s", text + 1);
			return 1;
		}
	}
	return 0;
}

/* 99 where the races cannot go on, and the kernel is not to blame */
static int tell_end(const struct shared *shared)
{
	bool is_error = atomic_load(&shared->oracle) == ORACLE_NONE;

	printf("%s%s\n", is_error ? "no failure of the kernel: " : "",
	       shared->text);
	return is_error ? 99 : 1;
}

static int races(struct world *world, int log, double seconds)
{
	uint64_t end_ns = engine_now_ns() + (uint64_t)(seconds * 1e9);
	unsigned int nr = 0;
	int ret = 0;

	for (; !ret && engine_now_ns() < end_ns; nr++) {
		atomic_fetch_add(nr_begun, 1);
		delays_set(nr % NR_PROGRAMS);
		engine_race(world, program_of(nr));
		world_quiet(world);
		if (atomic_load(&world->shared->told))
			ret = tell_end(world->shared);
		if (read_log(log, world->importer, nr))
			ret = 1;
	}
	printf("%u races\n", nr);
	return ret;
}

static int stamp(struct world *world, const char *path, int fd,
		 char why[ENGINE_TEXT_BYTES])
{
	int ret = fd < 0 ? 0 : stamp_disk(world, stamp_kind(world, fd), fd);

	if (ret)
		snprintf(why, ENGINE_TEXT_BYTES, "%s: write: %s", path,
			 strerror(-ret));
	return ret;
}

/* what the driver has for its own queues is not lost at the end of a race */
static int look_at_cmb(struct device *device, char why[ENGINE_TEXT_BYTES])
{
	int ret = device->cmb ? cmb_used(device->bdf, &device->cmb_used) : 0;

	if (ret)
		snprintf(why, ENGINE_TEXT_BYTES,
			 "%s: the driver " CMB_DRIVER
			 " offers no P2P memory: %s",
			 device->bdf, strerror(-ret));
	return ret;
}

static int open_all(struct world *world, int *log, char why[ENGINE_TEXT_BYTES])
{
	int ret = world_init(world);

	if (ret) {
		snprintf(why, ENGINE_TEXT_BYTES, "%s", strerror(-ret));
		return ret;
	}
	*log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*log < 0)
		return device_cannot(why, "open", "/dev/kmsg");
	lseek(*log, 0, SEEK_END);
	ret = world_open(world, why);
	if (!ret)
		ret = look_at_cmb(&world->device, why);
	if (!ret)
		ret = stamp(world, world->disk_path, world->disk, why);
	if (!ret)
		ret = stamp(world, world->slow_path, world->slow, why);
	return ret;
}

static const char *given(int argc, char **argv, const char *name)
{
	size_t len = strlen(name);

	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, len) && argv[i][len] == '=')
			return argv[i] + len + 1;
	return NULL;
}

static void take(char to[16], const char *bdf)
{
	snprintf(to, 16, "%s", bdf ?: "");
}

static unsigned int needs_of(const struct actor_program *actor)
{
	unsigned int needs = 0;

	for (unsigned int i = 0; i < actor->nr_calls; i++)
		needs |= actor->calls[i].op->needs;
	return needs;
}

static unsigned int program_needs(const struct program *program)
{
	unsigned int needs = needs_of(&program->before) |
			     needs_of(&program->after);

	for (unsigned int i = 0; i < program->nr_actors; i++)
		needs |= needs_of(&program->actors[i]);
	return needs;
}

/*
 * Without a disk an operation does nothing, quietly; without an importer or an RDMA
 * device it ends with an error, which is not what is looked for.
 */
static bool has_all(int argc, char **argv)
{
	static const struct {
		unsigned int need;
		const char *name;
		bool fails;
	} arguments[] = {
		{ NEED_DISK, "disk", false },
		{ NEED_SLOW_DISK, "slow", false },
		{ NEED_IMPORTER, "importer", true },
		{ NEED_RDMA, "rdma", true },
		{ NEED_TWIN, "twin", false },
		{ NEED_PF, "pf", false },
	};
	unsigned int needs = 0;
	bool all = true;

	for (size_t i = 0; i < NR_PROGRAMS; i++)
		needs |= program_needs(&programs[i]);
	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++) {
		if (!(needs & arguments[i].need) ||
		    given(argc, argv, arguments[i].name))
			continue;
		fprintf(stderr, "no %s=, without which %s\n", arguments[i].name,
			arguments[i].fails ? "it cannot run" :
					     "it may never fail");
		all &= !arguments[i].fails;
	}
	return all;
}

/* what main() was told */
struct setup {
	const char *name;
	double seconds;
	struct world world;
};

static int run(void *arg)
{
	struct setup *setup = arg;
	char why[ENGINE_TEXT_BYTES] = "";
	int ret, log;

	touch_init();
	if (open_all(&setup->world, &log, why)) {
		fprintf(stderr, "%s: %s\n", setup->name, why);
		return 99;
	}
	delays_open();
	ret = races(&setup->world, log, setup->seconds);
	delays_close();
	return ret;
}

static void take_devices(int argc, char **argv, struct world *world)
{
	const char *bar = given(argc, argv, "bar");
	const char *rdma = given(argc, argv, "rdma");
	const char *forgets = given(argc, argv, "forgets");

	take(world->device.bdf, given(argc, argv, "cmb"));
	world->device.cmb = *world->device.bdf;
	if (!world->device.cmb)
		take(world->device.bdf, given(argc, argv, "device"));
	take(world->twin.bdf, given(argc, argv, "twin"));
	strcpy(world->twin.twin, world->device.bdf);
	strcpy(world->device.twin, world->twin.bdf);
	take(world->pf.bdf, given(argc, argv, "pf"));
	world->device.token = world->pf.token = *world->pf.bdf;
	take(world->importer, given(argc, argv, "importer"));
	snprintf(world->device.rdma, sizeof(world->device.rdma), "%s",
		 rdma ?: "");
	world->device.bar = bar ? (unsigned int)atoi(bar) : 2;
	world->twin.bar = world->pf.bar = world->device.bar;
	world->disk_path = given(argc, argv, "disk");
	world->slow_path = given(argc, argv, "slow");
	world->device.forgets = forgets && atoi(forgets);
}

int main(int argc, char **argv)
{
	const char *seconds = given(argc, argv, "seconds");
	const char *limit = given(argc, argv, "limit");
	static struct setup setup;
	struct fail_nth_kept kept;
	int ret;

	setup.name = argv[0];
	setup.seconds = seconds ? atof(seconds) : 60;
	take_devices(argc, argv, &setup.world);
	if (!*setup.world.device.bdf) {
		fprintf(stderr,
			"usage: %s device=BDF|cmb=BDF [bar=N] [disk=/dev/...] [slow=/dev/...] [importer=BDF] [twin=BDF] [pf=BDF, if the device is a VF and vfio-pci has its PF] [rdma=NAME] [forgets=1, if resets empty its memory] [seconds=N] [limit=SECONDS-OF-A-RACE]\n",
			argv[0]);
		return 99;
	}
	if (!has_all(argc, argv))
		return 99;
	fail_nth_keep(&kept);
	ret = watch(run, &setup,
		    limit ? (unsigned int)atoi(limit) : RACE_LIMIT_S);
	fail_nth_restore(&kept);
	return ret;
}
