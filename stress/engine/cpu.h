/* SPDX-License-Identifier: GPL-2.0-only */
/* cpu - on which CPU an actor of a race runs */
#ifndef STRESS_CPU_H
#define STRESS_CPU_H

/**
 * cpu_of - the number of a CPU, as the kernel has it
 * @nth: of those that the calling thread may use, from 1 up; where there are not so
 *	many they are counted again from the first, so that a race of a larger
 *	machine has a place here, too
 *
 * Return: the number; -1 for 0, which is any CPU, and where the kernel does not say.
 */
int cpu_of(unsigned int nth);

/**
 * cpu_take - the calling thread runs there from now on, and what it forks or starts
 * @nth: as in cpu_of(); 0 changes nothing
 *
 * Where the CPU has just gone the thread runs wherever it did: no race is about that.
 */
void cpu_take(unsigned int nth);

#endif
