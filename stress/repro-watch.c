/*
 * The races run in a child. What hangs in the kernel may be deaf to signals, its own
 * alarm included, and what the kernel kills says nothing any more: somebody else has
 * to wait for the end, not for ever, and look at the kernel's taint before and after.
 */
#include "engine/engine.h"
#include "group.h"
#include "stacks.h"
#include "taint.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* an NVMe may take two minutes to be ready, and disks are written */
#define OPEN_LIMIT_S 240
#define KILL_LIMIT_MS 10000
#define LOOK_MS 100

#ifndef TAINTED
#define TAINTED TAINT_FILE
#endif

/* races that have begun, for both processes to see */
static _Atomic uint32_t *nr_begun;

/* in a group of its own: all processes of the races can be found, and killed */
static pid_t start(int (*what)(void *arg), void *arg)
{
	pid_t parent = getpid(), pid;
	int ret;

	fflush(NULL);
	pid = fork();
	if (pid) {
		setpgid(pid, pid);
		return pid;
	}
	setpgid(0, 0);
	/* what it says is there, also where it is killed */
	setvbuf(stdout, NULL, _IONBF, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ret = getppid() == parent ? what(arg) : 99;
	fflush(NULL);
	_exit(ret);
}

/* false where a race lasts for longer than @limit_s */
static bool await_end(pid_t pid, unsigned int limit_s)
{
	struct pollfd end = {
		.fd = (int)syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	uint64_t since_ns = engine_now_ns(), limit_ns;
	uint32_t nr = 0;
	bool ended;

	while (!(ended = group_has_ended(pid))) {
		if (atomic_load(nr_begun) != nr) {
			nr = atomic_load(nr_begun);
			since_ns = engine_now_ns();
		}
		limit_ns = (nr ? limit_s : OPEN_LIMIT_S) * 1000000000ull;
		if (engine_now_ns() - since_ns > limit_ns)
			break;
		/* where there is no pidfd, that is a pause */
		poll(&end, 1, LOOK_MS);
	}
	if (end.fd >= 0)
		close(end.fd);
	return ended;
}

static void tell_hang(pid_t pid, unsigned int limit_s)
{
	if (atomic_load(nr_begun))
		printf("race %u hangs: no end after %u s\n",
		       atomic_load(nr_begun), limit_s);
	else
		printf("opening the devices hangs: no end after %d s\n",
		       OPEN_LIMIT_S);
	stacks_print(stdout, pid);
}

/* what the program ends with */
static int judge(bool ended, bool all_killed, int status)
{
	if (!all_killed)
		printf("%s cannot be killed\n",
		       ended ? "a process that the races have left" :
			       "what hangs");
	if (!ended || !all_killed)
		return 1;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("the races were killed by signal %d: %s\n", WTERMSIG(status),
	       strsignal(WTERMSIG(status)));
	return 1;
}

static int watch_taint(unsigned long was)
{
	unsigned long taint = taint_read(TAINTED);

	if (taint == was)
		return 0;
	printf("the kernel is tainted: %#lx, was %#lx\n", taint, was);
	return 1;
}

/*
 * Ends with what @what ends with in a child; with 1 where it hangs, is killed, or
 * the kernel is not what it was. A race may last for @limit_s.
 */
static int watch(int (*what)(void *arg), void *arg, unsigned int limit_s)
{
	unsigned long taint = taint_read(TAINTED);
	bool ended, all_killed;
	int status = 0, ret;
	pid_t pid;

	nr_begun = mmap(NULL, sizeof(*nr_begun), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	group_adopt();
	pid = nr_begun == MAP_FAILED ? -1 : start(what, arg);
	if (pid < 0) {
		perror("a process for the races");
		return 99;
	}
	ended = await_end(pid, limit_s);
	if (!ended)
		tell_hang(pid, limit_s);
	all_killed = group_kill(pid, KILL_LIMIT_MS, &status);
	ret = judge(ended, all_killed, status);
	munmap(nr_begun, sizeof(*nr_begun));
	return watch_taint(taint) ? 1 : ret;
}
