// SPDX-License-Identifier: GPL-2.0-only
/* The file of barrage-amplifier, and who owns it. */
#include "amplifier.h"

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/**
 * struct amplifier_file - an open file
 * @lock: of the rest
 * @owner: files of the process that opened it
 * @set: NULL once that has gone
 */
struct amplifier_file {
	struct mutex lock; /* the rest */
	fl_owner_t owner;
	pid_t tgid;
	struct amplifier_set *set;
};

/* One at a time. */
static struct amplifier_file *current_file;
static DEFINE_MUTEX(current_lock);

static int amplifier_open(struct inode *inode, struct file *filp)
{
	struct amplifier_file *file;

	guard(mutex)(&current_lock);
	if (current_file)
		return -EBUSY;
	file = kzalloc_obj(*file);
	if (!file)
		return -ENOMEM;
	mutex_init(&file->lock);
	file->owner = current->files;
	file->tgid = current->tgid;
	file->set = amplifier_set_new(file->tgid);
	if (!file->set) {
		kfree(file);
		return -ENOMEM;
	}
	filp->private_data = file;
	current_file = file;
	return stream_open(inode, filp);
}

static void file_end(struct amplifier_file *file)
{
	guard(mutex)(&file->lock);
	if (!file->set)
		return;
	amplifier_set_end(file->set);
	file->set = NULL;
	guard(mutex)(&current_lock);
	current_file = NULL;
}

/* Somebody closes it: the owner, even by dying, while its children still have it? */
static int amplifier_flush(struct file *filp, fl_owner_t id)
{
	struct amplifier_file *file = filp->private_data;

	if (id == file->owner)
		file_end(file);
	return 0;
}

static int amplifier_release(struct inode *inode, struct file *filp)
{
	struct amplifier_file *file = filp->private_data;

	file_end(file);
	mutex_destroy(&file->lock);
	kfree(file);
	return 0;
}

static int ioctl_add(struct amplifier_set *set, void __user *user)
{
	struct barrage_amplifier_point *ask __free(kfree) = NULL;
	int ret;

	ask = memdup_user(user, sizeof(*ask));
	if (IS_ERR(ask))
		return PTR_ERR(no_free_ptr(ask));
	ret = amplifier_set_add(set, ask);
	if (ret)
		return ret;
	return copy_to_user(user, ask, sizeof(*ask)) ? -EFAULT : 0;
}

static int ioctl_clear(struct amplifier_file *file)
{
	struct amplifier_set *set = amplifier_set_new(file->tgid);

	if (!set)
		return -ENOMEM;
	amplifier_set_end(file->set);
	file->set = set;
	return 0;
}

static int ioctl_stats(const struct amplifier_set *set, void __user *user)
{
	struct barrage_amplifier_stats stats;
	const struct amplifier_point *point;

	if (copy_from_user(&stats, user, sizeof(stats)))
		return -EFAULT;
	if (stats.point >= set->nr)
		return -ENOENT;
	point = &set->points[stats.point];
	stats.waiting = atomic_read(&point->waiting);
	stats.passed = atomic64_read(&point->passed);
	stats.acted = atomic64_read(&point->acted);
	stats.met = atomic64_read(&point->met);
	stats.lapsed = atomic64_read(&point->lapsed);
	stats.spared = atomic64_read(&point->spared);
	stats.delayed_ns = atomic64_read(&point->delayed_ns);
	return copy_to_user(user, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static int ioctl_release(struct amplifier_set *set, void __user *user)
{
	struct barrage_amplifier_release release;
	struct amplifier_point *point;

	if (copy_from_user(&release, user, sizeof(release)))
		return -EFAULT;
	if (release.point >= set->nr)
		return -ENOENT;
	point = &set->points[release.point];
	if (point->ask.kind != BARRAGE_AMPLIFIER_HOLD)
		return -EINVAL;
	atomic_inc_return_release(&point->releases);
	return 0;
}

static long amplifier_ioctl(struct file *filp, unsigned int cmd,
			    unsigned long arg)
{
	struct amplifier_file *file = filp->private_data;
	void __user *user = (void __user *)arg;

	guard(mutex)(&file->lock);
	if (!file->set)
		return -ESHUTDOWN;
	switch (cmd) {
	case BARRAGE_AMPLIFIER_ADD:
		return ioctl_add(file->set, user);
	case BARRAGE_AMPLIFIER_CLEAR:
		return ioctl_clear(file);
	case BARRAGE_AMPLIFIER_STATS:
		return ioctl_stats(file->set, user);
	case BARRAGE_AMPLIFIER_RELEASE:
		return ioctl_release(file->set, user);
	}
	return -ENOTTY;
}

static const struct file_operations amplifier_fops = {
	.owner = THIS_MODULE,
	.open = amplifier_open,
	.flush = amplifier_flush,
	.release = amplifier_release,
	.unlocked_ioctl = amplifier_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice amplifier_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "barrage-amplifier",
	.fops = &amplifier_fops,
	.mode = 0600,
};

static int __init amplifier_init(void)
{
	return misc_register(&amplifier_device);
}

static void __exit amplifier_exit(void)
{
	misc_deregister(&amplifier_device);
	amplifier_sets_reap();
	/* a task may be preempted in the last instructions of amplifier_stub() */
	synchronize_rcu_tasks();
}

module_init(amplifier_init);
module_exit(amplifier_exit);
MODULE_DESCRIPTION("Makes tasks slow at places of the kernel, for tests");
MODULE_LICENSE("GPL");
