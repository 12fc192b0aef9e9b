/* Counts the instructions that the board runs between two marks, for QEMU's -plugin:
 *
 *   -plugin libcount.so,begin=ADDRESS,end=ADDRESS
 *
 * ADDRESS is that of the functions count_begin and count_end. Prints "instructions N" whenever the end mark is reached. A
 * translation block is counted as a whole when it begins; one that an exception leaves early counts too much, so
 * there must be none between the marks.
 *
 * These are the few functions of QEMU's plugin interface (docs/devel/tcg-plugins.rst of QEMU) that are needed, so that no
 * header has to be installed. They have been the same since the interface's first version.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
enum callback_flags { NO_REGISTERS };
typedef void (*translated)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*executed)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translated);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, executed, enum callback_flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);

/* QEMU refuses a plugin whose version it doesn't know; the build says which. */
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif
__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_VERSION;

static uint64_t begin, end;
static uint64_t count;
static bool counting;

static void on_begin(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	count = 0;
	counting = true;
}

static void on_end(unsigned int cpu, void *data)
{
	(void)cpu, (void)data;
	if (counting)
		printf("instructions %" PRIu64 "\n", count);
	fflush(stdout);
	counting = false;
}

static void on_block(unsigned int cpu, void *instructions)
{
	(void)cpu;
	if (counting)
		count += (uintptr_t)instructions;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	uint64_t address = qemu_plugin_tb_vaddr(block);
	(void)id;
	/* A function that is called begins a block. */
	if (address == begin)
		qemu_plugin_register_vcpu_tb_exec_cb(block, on_begin, NO_REGISTERS, NULL);
	else if (address == end)
		qemu_plugin_register_vcpu_tb_exec_cb(block, on_end, NO_REGISTERS, NULL);
	else
		qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, NO_REGISTERS, (void *)qemu_plugin_tb_n_insns(block));
}

/* The second parameter is QEMU's description of itself, which isn't looked at. */
__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "begin=", 6) == 0)
			begin = strtoull(argv[i] + 6, NULL, 0);
		else if (strncmp(argv[i], "end=", 4) == 0)
			end = strtoull(argv[i] + 4, NULL, 0);
	}
	if (begin == 0 || end == 0) {
		fprintf(stderr, "count: begin and end must be given\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
