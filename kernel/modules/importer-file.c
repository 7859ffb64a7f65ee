// SPDX-License-Identifier: GPL-2.0-only
/* The file, and the calls of user space */
#include "importer.h"

#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

void importer_set_state(struct importer *importer,
			enum barrage_importer_state state)
{
	guard(spinlock)(&importer->counts);

	importer->status.state = state;
}

static int importer_open(struct inode *inode, struct file *file)
{
	struct miscdevice *misc = file->private_data;
	struct importer_device *device =
		container_of(misc, struct importer_device, misc);
	struct importer *importer;

	importer = kzalloc_obj(*importer);
	if (!importer)
		return -ENOMEM;
	mutex_init(&importer->lock);
	spin_lock_init(&importer->counts);
	init_waitqueue_head(&importer->wait);
	INIT_DELAYED_WORK(&importer->unmap, importer_unmap_later);
	importer->fences = dma_fence_context_alloc(1);
	kref_get(&device->ref);
	importer->device = device;
	scoped_guard(mutex, &device->lock)
		list_add(&importer->node, &device->importers);
	file->private_data = importer;
	return nonseekable_open(inode, file);
}

static int importer_release(struct inode *inode, struct file *file)
{
	struct importer *importer = file->private_data;
	struct importer_device *device = importer->device;
	u64 ns;

	/* Or importer_remove() does, which would have to wait for it anyway */
	scoped_guard(mutex, &importer->lock)
		importer_detach(importer, &ns);
	scoped_guard(mutex, &device->lock)
		list_del(&importer->node);
	kfree(importer);
	importer_device_put(device);
	return 0;
}

/* The device is about to go. */
void importer_abandon(struct importer *importer)
{
	u64 ns;

	lockdep_assert_held(&importer->device->lock);

	scoped_guard(mutex, &importer->lock) {
		importer_detach(importer, &ns);
		WRITE_ONCE(importer->gone, true);
	}
	wake_up_all(&importer->wait);
}

static __poll_t importer_poll(struct file *file, poll_table *table)
{
	struct importer *importer = file->private_data;

	poll_wait(file, &importer->wait, table);
	if (READ_ONCE(importer->gone))
		return EPOLLERR | EPOLLHUP;

	guard(spinlock)(&importer->counts);

	return importer->status.nr_notified != importer->told ?
		       EPOLLIN | EPOLLRDNORM :
		       0;
}

static int importer_status(struct importer *importer, void __user *user)
{
	struct barrage_importer_status status;

	scoped_guard(spinlock, &importer->counts) {
		status = importer->status;
		importer->told = status.nr_notified;
	}
	status.mode = READ_ONCE(importer->mode);
	return copy_to_user(user, &status, sizeof(status)) ? -EFAULT : 0;
}

static int importer_delay(struct importer *importer,
			  const struct barrage_importer_delay *delay)
{
	if (delay->ms > BARRAGE_IMPORTER_MAX_DELAY_MS ||
	    delay->slow > BARRAGE_IMPORTER_SLOW_FENCE)
		return -EINVAL;

	guard(spinlock)(&importer->counts);

	importer->delay = *delay;
	return 0;
}

/* The addresses are copied twice: user space's memory may take its time. */
static int importer_ranges(struct importer *importer,
			   struct barrage_importer_ranges *arg)
{
	struct barrage_importer_range *ranges = NULL;
	u32 nr = arg->nr;
	int ret = 0;

	if (arg->reserved)
		return -EINVAL;
	scoped_cond_guard(mutex_intr, return -ERESTARTSYS, &importer->lock) {
		if (importer->gone)
			return -ENODEV;
		if (!importer->ranges)
			return -ENOENT;
		arg->nr = importer->nr_ranges;
		nr = min(nr, arg->nr);
		ranges = kvmemdup(importer->ranges, nr * sizeof(*ranges),
				  GFP_KERNEL);
	}
	if (!ranges)
		return -ENOMEM;
	if (copy_to_user(u64_to_user_ptr(arg->ranges), ranges,
			 nr * sizeof(*ranges)))
		ret = -EFAULT;
	kvfree(ranges);
	return ret;
}

union importer_arg {
	struct barrage_importer_attach attach;
	struct barrage_importer_undo undo;
	struct barrage_importer_map map;
	struct barrage_importer_dma dma;
	struct barrage_importer_buffer buffer;
	struct barrage_importer_delay delay;
	struct barrage_importer_ranges ranges;
};

/* The calls that wait for each other */
static int importer_call(struct importer *importer, unsigned int cmd,
			 union importer_arg *arg)
{
	lockdep_assert_held(&importer->lock);

	if (importer->gone)
		return -ENODEV;
	switch (cmd) {
	case BARRAGE_IMPORTER_ATTACH:
		return importer_attach(importer, &arg->attach);
	case BARRAGE_IMPORTER_DETACH:
		return importer_detach(importer, &arg->undo.ns);
	case BARRAGE_IMPORTER_MAP:
		return importer_map(importer, &arg->map);
	case BARRAGE_IMPORTER_UNMAP:
		return importer_unmap(importer, &arg->undo.ns);
	case BARRAGE_IMPORTER_DMA:
		return importer_dma(importer, &arg->dma);
	}
	return -ENOTTY;
}

static long importer_ioctl(struct file *file, unsigned int cmd,
			   unsigned long user)
{
	struct importer *importer = file->private_data;
	void __user *to = (void __user *)user;
	union importer_arg arg = {};
	int ret;

	if (cmd == BARRAGE_IMPORTER_STATUS)
		return importer_status(importer, to);
	if (_IOC_TYPE(cmd) != BARRAGE_IMPORTER_IOC ||
	    _IOC_SIZE(cmd) > sizeof(arg))
		return -ENOTTY;
	if (_IOC_DIR(cmd) & _IOC_WRITE &&
	    copy_from_user(&arg, to, _IOC_SIZE(cmd)))
		return -EFAULT;

	switch (cmd) {
	case BARRAGE_IMPORTER_LOAD:
		return importer_load(importer, &arg.buffer);
	case BARRAGE_IMPORTER_STORE:
		return importer_store(importer, &arg.buffer);
	case BARRAGE_IMPORTER_DELAY:
		return importer_delay(importer, &arg.delay);
	case BARRAGE_IMPORTER_RANGES:
		ret = importer_ranges(importer, &arg.ranges);
		break;
	default:
		ret = mutex_lock_interruptible(&importer->lock);
		if (ret)
			return ret;
		ret = importer_call(importer, cmd, &arg);
		mutex_unlock(&importer->lock);
	}
	if (!ret && _IOC_DIR(cmd) & _IOC_READ &&
	    copy_to_user(to, &arg, _IOC_SIZE(cmd)))
		ret = -EFAULT;
	return ret;
}

const struct file_operations importer_fops = {
	.owner = THIS_MODULE,
	.open = importer_open,
	.release = importer_release,
	.poll = importer_poll,
	.unlocked_ioctl = importer_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
