// Loaded before the C library into the server under test: makes writes to SQLite's log fail and moves the wall clock, as
// the file named by FAULTS_FILE says at the moment of the call.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct faults {
    // What a write to, and a sync of, a file "…-wal" fails with; 0 lets it be.
    volatile int32_t write_errno, sync_errno;
    // Added to the wall clock.
    volatile int64_t clock_seconds;
};

static struct faults none;
static struct faults *faults = &none;

__attribute__((constructor)) static void open_faults(void) {
    const char *path = getenv("FAULTS_FILE");
    int fd = path ? open(path, O_RDWR) : -1;
    if (fd < 0) return;
    void *shared = mmap(NULL, sizeof none, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) faults = shared;
    close(fd);
}

static int is_log(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int fails(int32_t with, int fd) {
    if (with == 0 || !is_log(fd)) return 0;
    errno = with;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return fails(faults->write_errno, fd) ? -1 : syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    return fails(faults->write_errno, fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    return pwrite64(fd, bytes, count, at);
}

int fsync(int fd) {
    return fails(faults->sync_errno, fd) ? -1 : syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return fails(faults->sync_errno, fd) ? -1 : syscall(SYS_fdatasync, fd);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += faults->clock_seconds;
    return failed;
}
