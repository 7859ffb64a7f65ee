/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where amplifier_hit() sends a task. Below what the task had at the place, whose
 * stack pointer was S, is
 *
 *	S - 8	the place, as if it had called this
 *	S - 16	struct amplifier_visit
 *
 * and every register has to be at the place as it was. Where somebody wants to know
 * that the function returned, it is called from here. What it takes from the stack
 * is then one frame further up than it expects: it gets a copy of so many words, more
 * than functions of the kernel take. The return address to its caller stays where it
 * is, so unwinders need no help, and nothing is left behind where the task dies.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

/* amplifier-visit.c knows this too */
#define NR_COPIED 16
#define COPIED (NR_COPIED * 8)

/* 16 words */
#define SAVED 128

.macro save_registers
	pushfq
	pushq	%rax
	pushq	%rbx
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%rbp
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
.endm

.macro restore_registers
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rbp
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rbx
	popq	%rax
	popfq
.endm

/* Not the kernel's RET, which changes the flags on some processors */
.macro go
	ANNOTATE_UNRET_SAFE
	ret
	int3
.endm

.text

SYM_CODE_START(amplifier_stub)
	/* as if the place were interrupted */
	UNWIND_HINT type=UNWIND_HINT_TYPE_CALL sp_reg=ORC_REG_SP sp_offset=16 signal=1
	ANNOTATE_NOENDBR
	save_registers
	movq	SAVED(%rsp), %rdi
	call	amplifier_begin
	testb	%al, %al
	jnz	.Lcall
	restore_registers
	leaq	8(%rsp), %rsp
	go

.Lcall:
	restore_registers
	/* from here on as a function that the caller of the place called */
	UNWIND_HINT type=UNWIND_HINT_TYPE_CALL sp_reg=ORC_REG_SP sp_offset=24
	.rept NR_COPIED
	pushq	(COPIED + 16)(%rsp)
	.endr
	ANNOTATE_INTRA_FUNCTION_CALL
	call	.Lenter
	UNWIND_HINT type=UNWIND_HINT_TYPE_CALL sp_reg=ORC_REG_SP sp_offset=COPIED+24
	leaq	COPIED(%rsp), %rsp
	save_registers
	movq	SAVED(%rsp), %rdi
	call	amplifier_end
	restore_registers
	leaq	16(%rsp), %rsp
	go

.Lenter:
	/* the return address is above; a jump would need a landing pad */
	UNWIND_HINT type=UNWIND_HINT_TYPE_CALL sp_reg=ORC_REG_SP sp_offset=8
	pushq	(COPIED + 16)(%rsp)
	go
SYM_CODE_END(amplifier_stub)
_ASM_NOKPROBE(amplifier_stub)
