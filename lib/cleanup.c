// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "cleanup"
#include <barrage/cleanup.h>
#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEND_TIMEOUT_S 5

/* One message of the socket: nr_steps of 0 drops the entry. */
struct message {
	uint64_t id;
	uint32_t nr_steps;
	struct brg_cleanup_step steps[BRG_CLEANUP_MAX_STEPS];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int guardian_fd = -1;
static pid_t guardian_owner;
static bool guardian_shared;
static uint32_t next_id;
static unsigned int nr_entries;

/*
 * The guardian. From here to guardian_main(), only async-signal-safe calls:
 * this is the child of a process whose other threads may have held any lock.
 */
static struct message entries[BRG_CLEANUP_MAX_ENTRIES];

static void guardian_take(const struct message *msg, size_t *nr)
{
	size_t i;

	if (msg->nr_steps) {
		if (*nr < BRG_CLEANUP_MAX_ENTRIES)
			entries[(*nr)++] = *msg;
		return;
	}
	for (i = 0; i < *nr && entries[i].id != msg->id; i++)
		;
	if (i == *nr)
		return;
	memmove(&entries[i], &entries[i + 1],
		(*nr - i - 1) * sizeof(entries[0]));
	(*nr)--;
}

static void guardian_write(const struct brg_cleanup_step *step)
{
	int fd = open(step->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	ssize_t put;

	if (fd < 0)
		return;
	/* It may fail where the owner had got there first: that is no error */
	put = write(fd, step->text, strlen(step->text));
	(void)put;
	close(fd);
}

__attribute__((noreturn)) static void guardian_main(int fd)
{
	struct message msg;
	size_t nr = 0;
	ssize_t got;
	uint32_t i;

	prctl(PR_SET_NAME, "brg-guardian");
	while ((got = recv(fd, &msg, sizeof(msg), 0)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if ((size_t)got == sizeof(msg) &&
		    msg.nr_steps <= BRG_CLEANUP_MAX_STEPS)
			guardian_take(&msg, &nr);
	}
	while (nr--)
		for (i = 0; i < entries[nr].nr_steps; i++)
			guardian_write(&entries[nr].steps[i]);
	_exit(0);
}

/* Let go of all that the owner has open, so that nothing waits for us. */
static int guardian_detach(int fd)
{
	int null;

	setsid();
	if (chdir("/"))
		return -1;
	if (dup2(fd, 3) < 0)
		return -1;
	if (close_range(4, ~0u, 0))
		return -1;
	null = open("/dev/null", O_RDWR);
	if (null < 0)
		return -1;
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	if (null > 3)
		close(null);
	return 3;
}

/* Forks twice: the guardian is nobody's child that a wait() could meet. */
static int guardian_start(void)
{
	struct timeval bound = { .tv_sec = SEND_TIMEOUT_S };
	sigset_t all, old;
	int pair[2], status, fd;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return brg_fail(-errno, "cannot make the guardian's socket: %s",
				strerror(errno));
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound));
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	child = _Fork();
	if (!child) {
		/* A failure here shows in the owner's first message. */
		if (_Fork())
			_exit(0);
		fd = guardian_detach(pair[1]);
		if (fd < 0)
			_exit(1);
		guardian_main(fd);
	}
	status = child < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(pair[1]);
	if (status) {
		close(pair[0]);
		return brg_fail(status, "cannot start the guardian: %s",
				strerror(-status));
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	guardian_fd = pair[0];
	guardian_owner = getpid();
	nr_entries = 0;
	return 0;
}

static bool guardian_is_ours(void)
{
	return guardian_fd >= 0 &&
	       (guardian_shared || guardian_owner == getpid());
}

static int guardian_ensure(void)
{
	/* A forked child has its own changes to answer for. */
	if (guardian_fd >= 0 && !guardian_is_ours()) {
		close(guardian_fd);
		guardian_fd = -1;
	}
	return guardian_fd >= 0 ? 0 : guardian_start();
}

static int guardian_tell(const struct message *msg)
{
	ssize_t put;

	do {
		put = send(guardian_fd, msg, sizeof(*msg), MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : 0;
}

int brg_cleanup_add(const struct brg_cleanup_step *steps, size_t nr_steps,
		    uint64_t *idp)
{
	struct message msg = { .nr_steps = (uint32_t)nr_steps };
	int ret;

	if (!nr_steps || nr_steps > BRG_CLEANUP_MAX_STEPS)
		return brg_fail(-EINVAL, "%zu undo steps: 1 to %d are possible",
				nr_steps, BRG_CLEANUP_MAX_STEPS);
	memcpy(msg.steps, steps, nr_steps * sizeof(*steps));

	pthread_mutex_lock(&lock);
	ret = guardian_ensure();
	if (ret)
		goto unlock;
	if (nr_entries == BRG_CLEANUP_MAX_ENTRIES) {
		ret = brg_fail(-ENOSPC,
			       "%u changes to undo at once is the limit",
			       nr_entries);
		goto unlock;
	}
	/* children that share the guardian count for themselves */
	msg.id = (uint64_t)getpid() << 32 | ++next_id;
	ret = guardian_tell(&msg);
	if (ret) {
		brg_fail(ret, "the guardian process is gone: %s",
			 strerror(-ret));
		close(guardian_fd);
		guardian_fd = -1;
		goto unlock;
	}
	nr_entries++;
	*idp = msg.id;
unlock:
	pthread_mutex_unlock(&lock);
	return ret;
}

int brg_cleanup_share(void)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = guardian_ensure();
	if (!ret)
		guardian_shared = true;
	pthread_mutex_unlock(&lock);
	return ret;
}

void brg_cleanup_drop(uint64_t id)
{
	struct message msg = { .id = id };

	if (!id)
		return;
	pthread_mutex_lock(&lock);
	if (guardian_is_ours()) {
		if (!guardian_tell(&msg) && nr_entries)
			nr_entries--;
	}
	pthread_mutex_unlock(&lock);
}
