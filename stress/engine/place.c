// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#include "text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/pci_regs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NR_BARS 6
#define PATH_BYTES 80
#define NOT_ASSIGNED 0x20000000u /* IORESOURCE_UNSET */

/* registers of BARs, and which bits of them say where */
struct place {
	uint32_t value[NR_BARS];
	uint32_t mask[NR_BARS];
};

static void path_of(const char *bdf, const char *file, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "/sys/bus/pci/devices/%s/%s", bdf, file);
}

static int open_file(const char *bdf, const char *file, int flags)
{
	char path[PATH_BYTES];

	path_of(bdf, file, path);
	return open(path, flags | O_CLOEXEC);
}

/*
 * One line for each BAR: first and last address, and flags, of which the low
 * ones are those of the register.
 */
static int place_of(const char *bdf, struct place *place)
{
	char path[PATH_BYTES];
	FILE *file;

	*place = (struct place){};
	path_of(bdf, "resource", path);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	for (int i = 0; i < NR_BARS; i++) {
		uint64_t first, last, flags;

		if (fscanf(file, "%" SCNx64 " %" SCNx64 " %" SCNx64, &first,
			   &last, &flags) != 3)
			break;
		if (!first || flags & PCI_BASE_ADDRESS_SPACE_IO ||
		    flags & NOT_ASSIGNED)
			continue;
		place->value[i] = (uint32_t)first;
		place->mask[i] = (uint32_t)PCI_BASE_ADDRESS_MEM_MASK;
		if (flags & PCI_BASE_ADDRESS_MEM_TYPE_64 && i + 1 < NR_BARS) {
			place->value[i + 1] = (uint32_t)(first >> 32);
			place->mask[i + 1] = UINT32_MAX;
			/* no resource of its own */
			if (fscanf(file, "%*x %*x %*x") == EOF)
				break;
			i++;
		}
	}
	fclose(file);
	return 0;
}

/* other host bridges may translate: registers and resources differ then */
#ifdef __x86_64__
#define CAN_TELL true
#else
#define CAN_TELL false
#endif

/*
 * Waits for a reset that is under way. A VF has no such registers; what cannot be
 * read is not lost: it is gone.
 */
static bool is_lost(const char *bdf)
{
	uint32_t header[16];
	struct place place;
	ssize_t got = -1;
	int fd;

	if (!CAN_TELL || device_is_vf(bdf) || place_of(bdf, &place))
		return false;
	fd = open_file(bdf, "config", O_RDONLY);
	if (fd < 0)
		return false;
	got = pread(fd, header, sizeof(header), 0);
	close(fd);
	if (got != sizeof(header) || header[0] == UINT32_MAX)
		return false;
	for (int i = 0; i < NR_BARS; i++)
		if ((header[PCI_BASE_ADDRESS_0 / 4 + i] ^ place.value[i]) &
		    place.mask[i])
			return true;
	return false;
}

static int power_control(const char *bdf, const char *text)
{
	char path[PATH_BYTES];

	path_of(bdf, "power/control", path);
	return text_file_write(path, text);
}

/* it may be put to sleep */
static bool is_auto(const char *bdf)
{
	char path[PATH_BYTES], text[8];

	path_of(bdf, "power/control", path);
	text_file_read(path, text, sizeof(text));
	return !strcmp(text, "auto");
}

/* To wake up is to restore what was saved: it stays awake meanwhile. */
static int restore(const char *bdf)
{
	struct place place;
	int ret = power_control(bdf, "on") ?: place_of(bdf, &place);
	int fd = ret ? -1 : open_file(bdf, "config", O_RDWR);

	if (fd < 0)
		return ret ? ret : -errno;
	for (int i = 0; i < NR_BARS && !ret; i++)
		if (place.mask[i])
			ret = engine_transferred(
				pwrite(fd, &place.value[i],
				       sizeof(place.value[i]),
				       PCI_BASE_ADDRESS_0 + 4 * i),
				sizeof(place.value[i]));
	close(fd);
	return ret;
}

int place_ensure(const struct device *device, char why[ENGINE_TEXT_BYTES])
{
	bool sleeps;
	int ret;

	if (!is_lost(device->bdf))
		return 0;
	sleeps = is_auto(device->bdf);
	ret = restore(device->bdf);
	if (sleeps)
		power_control(device->bdf, "auto");
	if (ret)
		snprintf(why, ENGINE_TEXT_BYTES,
			 "%s: give it its BARs back: %s", device->bdf,
			 strerror(-ret));
	return ret;
}

void place_judge(struct world *world, const struct device *device)
{
	if (device->vfio >= 0 && is_lost(device->bdf))
		engine_wrong(
			world, ORACLE_MODEL,
			"%s: after the race its BARs are not where they were",
			device->bdf);
}
