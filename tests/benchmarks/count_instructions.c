/* A plugin for qemu's emulation of programs: how many instructions the program has executed so far, before each line
 * that it writes to its standard error. So a program says by itself what is counted:
 *
 *     gcc -shared -fPIC -O2 -DVERSION=1 count_instructions.c -o count_instructions.so
 *     qemu-aarch64 -plugin ./count_instructions.so PROGRAM
 *
 * Counts whole blocks as they are entered, in all threads together. Knows nothing of caches or cycles, and writes
 * nothing for a program that writes with other calls than write(). VERSION is the plugin interface's: 1 for qemu up to
 * 8.2, 2 from 9.0 on. Declared here is what is used of <qemu-plugin.h>, which Debian does not package. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*translated_t)(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void (*executed_t)(unsigned int vcpu, void *data);
typedef void (*called_t)(qemu_plugin_id_t id, unsigned int vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                         uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translated_t callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, executed_t callback,
                                          enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_syscall_cb(qemu_plugin_id_t id, called_t callback);

int qemu_plugin_version = VERSION;

enum { WRITE = 64, STANDARD_ERROR = 2 }; /* on aarch64 */

static uint64_t instructions;

static void executed(unsigned int vcpu, void *in_block)
{
    __atomic_fetch_add(&instructions, (uintptr_t)in_block, __ATOMIC_RELAXED);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    void *in_block = (void *)(uintptr_t)qemu_plugin_tb_n_insns(block);
    qemu_plugin_register_vcpu_tb_exec_cb(block, executed, QEMU_PLUGIN_CB_NO_REGS, in_block);
}

static void called(qemu_plugin_id_t id, unsigned int vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                   uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8)
{
    if (number == WRITE && a1 == STANDARD_ERROR)
        fprintf(stderr, "%llu ", (unsigned long long)__atomic_load_n(&instructions, __ATOMIC_RELAXED));
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_vcpu_syscall_cb(id, called);
    return 0;
}
