/*
 * Run the race again and again. What is wrong is seen in the race itself, in the
 * kernel's log, or in that it does not end.
 */
#include "engine.h"
#include "stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANGS_AFTER_S 120

static bool is_complaint(const char *line)
{
	static const char *const words[] = {
		"WARNING: ",
		"BUG: ",
		"kernel BUG at ",
		"Oops",
		"KASAN: ",
		"UBSAN: ",
		"refcount_t: ",
		"INFO: task ",
		"list_add corruption",
		"possible ",
		"list_del corr",
		"Bad page state",
		"inconsistent lo",
		"suspicious RCU",
		"general protection",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* 1 where the kernel complains */
static int read_log(int fd)
{
	char record[8192], *text;
	ssize_t got;

	while ((got = read(fd, record, sizeof(record) - 1)) > 0 ||
	       (got < 0 && errno == EPIPE)) {
		if (got < 0)
			continue;
		record[got] = '\0';
		text = strchr(record, ';');
		if (text && is_complaint(text)) {
			printf("the kernel complains: %s", text + 1);
			return 1;
		}
	}
	return 0;
}

static int races(struct world *world, double seconds)
{
	uint64_t end_ns = engine_now_ns() + (uint64_t)(seconds * 1e9);
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned int nr = 0;
	int ret = 0;

	lseek(log, 0, SEEK_END);
	while (!ret && engine_now_ns() < end_ns) {
		alarm(HANGS_AFTER_S);
		engine_race(world, &program);
		world_quiet(world);
		nr++;
		if (atomic_load(&world->shared->told)) {
			printf("%s\n", world->shared->text);
			ret = 1;
		}
		ret |= read_log(log);
	}
	printf("%u races\n", nr);
	return ret;
}

static int stamp_disks(struct world *world)
{
	int ret = 0;

	if (world->disk >= 0)
		ret = stamp_disk(world, world->disk);
	if (!ret && world->slow >= 0)
		ret = stamp_disk(world, world->slow);
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

int main(int argc, char **argv)
{
	const char *bar = given(argc, argv, "bar");
	const char *seconds = given(argc, argv, "seconds");
	char why[ENGINE_TEXT_BYTES];
	struct world world = {};
	int ret;

	take(world.device.bdf, given(argc, argv, "cmb"));
	world.device.cmb = *world.device.bdf;
	if (!world.device.cmb)
		take(world.device.bdf, given(argc, argv, "device"));
	take(world.twin.bdf, given(argc, argv, "twin"));
	take(world.importer, given(argc, argv, "importer"));
	world.device.bar = world.twin.bar = bar ? (unsigned int)atoi(bar) : 2;
	world.disk_path = given(argc, argv, "disk");
	world.slow_path = given(argc, argv, "slow");
	if (!*world.device.bdf) {
		fprintf(stderr,
			"usage: %s device=BDF|cmb=BDF [bar=N] [disk=/dev/...] [slow=/dev/...] [importer=BDF] [twin=BDF] [seconds=N]\n",
			argv[0]);
		return 99;
	}
	touch_init();
	if (world_init(&world) || world_open(&world, why) ||
	    stamp_disks(&world)) {
		fprintf(stderr, "%s: %s\n", argv[0], why);
		return 99;
	}
	delays_begin();
	/* SIGALRM kills who hangs: the shell says so */
	ret = races(&world, seconds ? atof(seconds) : 60);
	delays_end();
	return ret;
}
