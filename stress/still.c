// SPDX-License-Identifier: GPL-2.0-only
#include "still.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_NS 1000000000ull
#define ANSWER_POLL_US 2000

#ifndef STILL_ANSWER_MS
#define STILL_ANSWER_MS 5000
#endif

/* Who waits with a timeout wakes up once a second, and may meet a tick. */
#define ASLEEP_TICKS 3

/* what all tasks of a group are at */
struct tasks {
	bool run;
	bool hardware;
	uint64_t ticks;
};

/*
 * They ask again and again, with a bound of their own. VFIO asks no hardware itself: where
 * it sleeps so it waits for its users.
 */
bool still_is_hardware(const char *wchan, const char *caller)
{
	static const char *const names[] = {
		"msleep",
		"nvme_wait_ready",
		"pci_dev_wait",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(wchan, names[i]))
			return strncmp(caller, "vfio_", strlen("vfio_"));
	return false;
}

static FILE *open_of(const char *pid, const char *tid, const char *name)
{
	char path[320];

	snprintf(path, sizeof(path), "/proc/%s/task/%s/%s", pid, tid, name);
	return fopen(path, "re");
}

/* "[<0>] NAME+0xac/0x100" a line, the innermost first; "" where nobody says */
static void read_caller(const char *pid, const char *tid, char name[64])
{
	FILE *f = open_of(pid, tid, "stack");

	*name = '\0';
	if (f && fscanf(f, "%*[^\n] [<%*[^>]>] %63[^+ \n]", name) != 1)
		*name = '\0';
	if (f)
		fclose(f);
}

static bool waits_for_hardware(const char *pid, const char *tid)
{
	char name[64] = "", caller[64] = "";
	FILE *f = open_of(pid, tid, "wchan");

	if (f && fscanf(f, "%63s", name) != 1)
		*name = '\0';
	if (f)
		fclose(f);
	if (still_is_hardware(name, ""))
		read_caller(pid, tid, caller);
	return still_is_hardware(name, caller);
}

/* "PID (NAME) STATE ...", with CPU time in fields 14 and 15; see proc(5) */
static void add_task(const char *pid, const char *tid, struct tasks *tasks)
{
	unsigned long long user, system;
	FILE *f = open_of(pid, tid, "stat");
	char line[512], state;
	const char *rest;

	rest = f && fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (rest &&
	    sscanf(rest,
		   ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
		   &state, &user, &system) == 3) {
		tasks->run = tasks->run || state == 'R';
		tasks->hardware =
			tasks->hardware ||
			(state == 'D' && waits_for_hardware(pid, tid));
		tasks->ticks += user + system;
	}
	if (f)
		fclose(f);
}

static void add_process(const char *pid, struct tasks *tasks)
{
	struct dirent *entry;
	char path[300];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			add_task(pid, entry->d_name, tasks);
	if (dir)
		closedir(dir);
}

/* but for this process, which is one of them for as long as it looks */
static struct tasks look_at(pid_t group)
{
	DIR *dir = opendir("/proc");
	struct tasks tasks = {};
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (isdigit((unsigned char)*entry->d_name) && pid != getpid() &&
		    getpgid(pid) == group)
			add_process(entry->d_name, &tasks);
	}
	if (dir)
		closedir(dir);
	return tasks;
}

/*
 * What has the last reference to the memory of a task that ends gives that memory back,
 * and who reads its "stat" may be that: do_task_stat() takes one. So may it come to wait
 * for what the task would have waited for. It counts as one of the group from then on.
 */
static void answer(pid_t group, int to)
{
	struct tasks tasks;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "barrage-look");
	setpgid(0, group);
	tasks = look_at(group);
	_exit(write(to, &tasks, sizeof(tasks)) != sizeof(tasks));
}

static bool has_ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) != 0;
}

static void reap(struct still *still)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < still->nr_left; i++)
		if (!has_ended(still->left[i]))
			still->left[nr++] = still->left[i];
	still->nr_left = nr;
}

static bool await_answer(struct still *still, pid_t pid)
{
	for (unsigned int us = 0; us < STILL_ANSWER_MS * 1000;
	     us += ANSWER_POLL_US) {
		if (has_ended(pid))
			return true;
		usleep(ANSWER_POLL_US);
	}
	still->left[still->nr_left++] = pid;
	return false;
}

/* by a process aside; false where it does not answer, so that nobody knows */
static bool ask(struct still *still, pid_t group, struct tasks *tasks)
{
	bool answered = false;
	int ends[2];
	pid_t pid;

	reap(still);
	if (still->nr_left == STILL_MAX_LEFT || pipe(ends))
		return false;
	pid = fork();
	if (!pid)
		answer(group, ends[1]);
	close(ends[1]);
	if (pid > 0 && await_answer(still, pid))
		answered = read(ends[0], tasks, sizeof(*tasks)) ==
			   sizeof(*tasks);
	close(ends[0]);
	return answered;
}

/* I/O that has not come back, whyever, is nothing that tasks can help */
static bool is_at_work(const char *name)
{
	unsigned int reads = 0, writes = 0;
	char path[300];
	FILE *f;

	if (!name || !*name)
		return false;
	snprintf(path, sizeof(path), "/sys/class/block/%s/inflight", name);
	f = fopen(path, "re");
	if (f && fscanf(f, "%u %u", &reads, &writes) != 2)
		reads = 0;
	if (f)
		fclose(f);
	return reads || writes;
}

/* up to a bound: what is broken may ask for ever */
static bool is_slow(struct still *still, const struct tasks *tasks)
{
	still->nr_slow = tasks->hardware ? still->nr_slow + 1 : 0;
	return tasks->hardware && still->nr_slow <= STILL_HARDWARE_S;
}

static bool nothing_happens(struct still *still, pid_t group, uint64_t beat)
{
	bool same = beat == still->beat;
	struct tasks tasks;
	uint64_t ticks;

	still->beat = beat;
	if (!same) {
		still->nr_slow = 0;
		return false;
	}
	if (!ask(still, group, &tasks))
		return false;
	/* fewer: some have ended */
	ticks = still->ticks;
	still->ticks = tasks.ticks;
	return !is_slow(still, &tasks) && !tasks.run && tasks.ticks >= ticks &&
	       tasks.ticks - ticks <= ASLEEP_TICKS &&
	       !is_at_work(still->disks[0]) && !is_at_work(still->disks[1]);
}

bool still_look(struct still *still, pid_t group, uint64_t beat,
		uint64_t now_ns)
{
	if (now_ns < still->next_ns)
		return false;
	still->next_ns = now_ns + LOOK_NS;
	if (nothing_happens(still, group, beat))
		still->nr_looks++;
	else
		still->nr_looks = 0;
	return still->nr_looks >= STILL_LIMIT_S;
}
