/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * kmsg-line - what a line of the kernel's log means
 *
 * By itself, and with libc only: the reproducers of barrage-stress have it, too.
 */
#ifndef BARRAGE_KMSG_LINE_H
#define BARRAGE_KMSG_LINE_H

#include <stdbool.h>

#define BRG_KMSG_BDF_BYTES 16

/* what Intel's IOMMU says of DMA that it stops */
#define BRG_KMSG_FAULT_HEAD "DMAR: DRHD: handling fault"
#define BRG_KMSG_FAULT_TEXT "DMAR: [DMA "

/**
 * brg_kmsg_is_fault - is this line about DMA that an IOMMU stopped, or of it?
 * @line: text of a log line, without its prefix
 *
 * Of Intel's, AMD's and Arm's drivers; brg_kmsg_parse_fault() reads the first.
 */
bool brg_kmsg_is_fault(const char *line);

/**
 * brg_kmsg_fault_device - whose DMA was it, if the line says so?
 * @line: text of a log line, without its prefix
 * @bdf: receives its PCI address in full, lower case
 *
 * As dmar_fault_do_one(), amd_iommu_report_page_fault(), iommu_print_event() and
 * arm_smmu_dump_event() of Linux 7.3 print it. SMMUs before version 3 tell a stream's
 * number only.
 */
bool brg_kmsg_fault_device(const char *line, char bdf[BRG_KMSG_BDF_BYTES]);

/**
 * brg_kmsg_is_splat - does this line mean that the kernel is in trouble?
 * @line: text of a log line, without its prefix
 *
 * WARN, BUG, Oops, KASAN, UBSAN, KCSAN, lockdep, RCU stalls, hung tasks,
 * lockups, list and reference count corruption, kmemleak, DMA-API, and what
 * brg_kmsg_is_fault() says.
 */
bool brg_kmsg_is_splat(const char *line);

/**
 * brg_kmsg_is_kernels - has the kernel itself said it?
 * @record: as it is read from /dev/kmsg, with its prefix
 *
 * Programs may write to the log, too: they may say anything of warnings and bugs, and
 * brg_kmsg_check() and brg_kmsg_next_fault() pass over it.
 */
bool brg_kmsg_is_kernels(const char *record);

#endif
