/* SPDX-License-Identifier: GPL-2.0-only */
/* foreign - dma-bufs of exporters other than VFIO: host memory */
#ifndef FOREIGN_H
#define FOREIGN_H

#include <stdint.h>

/** foreign_udmabuf - of a memfd, by /dev/udmabuf; close() it */
int foreign_udmabuf(uint64_t bytes);

/** foreign_heap - of the system heap; close() it */
int foreign_heap(uint64_t bytes);

#endif
