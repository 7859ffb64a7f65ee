// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space of a PF and its VFs (PCI Express Base Specification 6.0, 7.5
 * and 9.3): power management, function level reset, access control, and SR-IOV with a
 * BAR of memory.
 */
#include "sriov.h"

#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#define VENDOR 0x1234 /* nobody's; QEMU uses it likewise */
#define DEVICE_PF 0xba20
#define DEVICE_VF 0xba21

#define PM 0x40
#define EXP 0x50
#define IOV PCI_CFG_SPACE_SIZE
#define ACS (IOV + PCI_EXT_CAP_SRIOV_SIZEOF)
#define ACS_BITS (PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_DT)
#define SPACE_BYTES (ACS + 8)

#define BAR_FLAGS (PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH)

/* what each function has, and what of it can be written */
struct function {
	u8 space[SPACE_BYTES];
	u8 mask[SPACE_BYTES];
};

static struct function functions[SRIOV_NR_FUNCTIONS];
static bool gone[SRIOV_NR_FUNCTIONS];
static DEFINE_RAW_SPINLOCK(lock);

static int lost = -1;
module_param(lost, int, 0644);
MODULE_PARM_DESC(lost, "function that does not come back from its next reset before this is another: 0 the PF, 1 and up its VFs");

static void set16(struct function *f, int where, u16 value, u16 mask)
{
	put_unaligned_le16(value, &f->space[where]);
	put_unaligned_le16(mask, &f->mask[where]);
}

static void set32(struct function *f, int where, u32 value, u32 mask)
{
	put_unaligned_le32(value, &f->space[where]);
	put_unaligned_le32(mask, &f->mask[where]);
}

/* The address bits below the size are not there, which is how the size is found. */
static void set_bar(struct function *f, int where, u64 bytes)
{
	u64 mask = ~(bytes - 1);

	set32(f, where, BAR_FLAGS, lower_32_bits(mask));
	set32(f, where + 4, 0, upper_32_bits(mask));
}

static void set_capabilities(struct function *f)
{
	f->space[PCI_CAPABILITY_LIST] = PM;
	f->space[PM + PCI_CAP_LIST_ID] = PCI_CAP_ID_PM;
	f->space[PM + PCI_CAP_LIST_NEXT] = EXP;
	set16(f, PM + PCI_PM_PMC, 3, 0); /* version */
	set16(f, PM + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET,
	      PCI_PM_CTRL_STATE_MASK);
	f->space[EXP + PCI_CAP_LIST_ID] = PCI_CAP_ID_EXP;
	set16(f, EXP + PCI_EXP_FLAGS, 2 | PCI_EXP_TYPE_ENDPOINT << 4, 0);
	set32(f, EXP + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR,
	      0);
	set16(f, EXP + PCI_EXP_DEVCTL, 0,
	      PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE |
		      PCI_EXP_DEVCTL_URRE | PCI_EXP_DEVCTL_RELAX_EN |
		      PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_NOSNOOP_EN |
		      PCI_EXP_DEVCTL_READRQ);
}

/* one function does not reach another one: each has an IOMMU group of its own */
static void set_acs(struct function *f)
{
	set32(f, ACS, PCI_EXT_CAP_ID_ACS | 1 << 16, 0);
	set16(f, ACS + PCI_ACS_CAP, ACS_BITS, 0);
	set16(f, ACS + PCI_ACS_CTRL, 0, ACS_BITS);
}

static void set_sriov(struct function *pf)
{
	set32(pf, IOV, PCI_EXT_CAP_ID_SRIOV | 1 << 16 | ACS << 20, 0);
	set16(pf, IOV + PCI_SRIOV_CTRL, 0,
	      PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
	set16(pf, IOV + PCI_SRIOV_INITIAL_VF, SRIOV_NR_VFS, 0);
	set16(pf, IOV + PCI_SRIOV_TOTAL_VF, SRIOV_NR_VFS, 0);
	set16(pf, IOV + PCI_SRIOV_NUM_VF, 0, U16_MAX);
	pf->space[IOV + PCI_SRIOV_FUNC_LINK] = SRIOV_PF_FUNCTION; /* itself */
	set16(pf, IOV + PCI_SRIOV_VF_OFFSET, 1, 0);
	set16(pf, IOV + PCI_SRIOV_VF_STRIDE, 1, 0);
	set16(pf, IOV + PCI_SRIOV_VF_DID, DEVICE_VF, 0);
	set32(pf, IOV + PCI_SRIOV_SUP_PGSIZE, 1, 0);
	set32(pf, IOV + PCI_SRIOV_SYS_PGSIZE, 1, U32_MAX);
	set_bar(pf, IOV + PCI_SRIOV_BAR, SRIOV_VF_BYTES);
}

/* The IDs and BARs of VFs are in the PF, and their memory is enabled there. */
static void reset_one(unsigned int function)
{
	struct function *f = &functions[function];
	bool is_vf = function;

	memset(f, 0, sizeof(*f));
	set16(f, PCI_VENDOR_ID, is_vf ? U16_MAX : VENDOR, 0);
	set16(f, PCI_DEVICE_ID, is_vf ? U16_MAX : DEVICE_PF, 0);
	set16(f, PCI_COMMAND, 0,
	      is_vf ? PCI_COMMAND_MASTER :
		      PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY);
	set16(f, PCI_STATUS, PCI_STATUS_CAP_LIST, 0);
	set16(f, PCI_CLASS_DEVICE, PCI_CLASS_MEMORY_OTHER, 0);
	set16(f, PCI_SUBSYSTEM_VENDOR_ID, VENDOR, 0);
	set16(f, PCI_SUBSYSTEM_ID, DEVICE_PF, 0);
	set_capabilities(f);
	set_acs(f);
	/* the list begins at a fixed place, with nothing where that is not for VFs */
	set32(f, IOV, ACS << 20, 0);
	if (!is_vf) {
		set_bar(f, PCI_BASE_ADDRESS_0, SRIOV_PF_BYTES);
		set_sriov(f);
	}
}

static void reset(unsigned int function)
{
	reset_one(function);
	for (unsigned int vf = 1; !function && vf <= SRIOV_NR_VFS; vf++)
		reset_one(vf);
}

static bool is_there(unsigned int function)
{
	const u8 *iov = &functions[0].space[IOV];

	if (gone[function] && READ_ONCE(lost) == function)
		return false;
	if (!function)
		return true;
	return function <= SRIOV_NR_VFS &&
	       get_unaligned_le16(iov + PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_VFE &&
	       function <= get_unaligned_le16(iov + PCI_SRIOV_NUM_VF);
}

/* Behind what is emulated there is nothing but zeroes. */
static u32 load(const struct function *f, int where, int size)
{
	u32 val = 0;

	for (int i = 0; i < size && where + i < SPACE_BYTES; i++)
		val |= (u32)f->space[where + i] << 8 * i;
	return val;
}

static void store(struct function *f, int where, int size, u32 val)
{
	for (int i = 0; i < size && where + i < SPACE_BYTES; i++) {
		u8 mask = f->mask[where + i];
		u8 byte = val >> 8 * i;

		f->space[where + i] = (f->space[where + i] & ~mask) |
				      (byte & mask);
	}
}

/* the upper byte of Device Control has the bit */
static bool starts_flr(int where, int size, u32 val)
{
	int at = EXP + PCI_EXP_DEVCTL + 1;

	return where <= at && at < where + size &&
	       val >> 8 * (at - where) & PCI_EXP_DEVCTL_BCR_FLR >> 8;
}

u32 sriov_registers_read(unsigned int function, int where, int size)
{
	u32 val = GENMASK(8 * size - 1, 0);

	guard(raw_spinlock_irqsave)(&lock);

	if (is_there(function))
		val = load(&functions[function], where, size);
	return val;
}

void sriov_registers_write(unsigned int function, int where, int size, u32 val)
{
	guard(raw_spinlock_irqsave)(&lock);

	if (!is_there(function))
		return;
	if (starts_flr(where, size, val)) {
		reset(function);
		gone[function] = READ_ONCE(lost) == function;
	} else {
		store(&functions[function], where, size, val);
	}
}

void sriov_registers_set_bar(int where, u64 address)
{
	sriov_registers_write(0, where, 4, lower_32_bits(address));
	sriov_registers_write(0, where + 4, 4, upper_32_bits(address));
}

void sriov_registers_init(void)
{
	guard(raw_spinlock_irqsave)(&lock);

	reset(0);
}
