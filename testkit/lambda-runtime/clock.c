/*
 * The clocks of a process that is frozen: preloaded (LD_PRELOAD), it subtracts the time that the process was frozen
 * from the monotonic clocks, and adds to the wall clock what the freeze is pretended to have lasted longer. The
 * emulator writes both, in ns, into the file FROZEN_CLOCK while the process is stopped.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offsets;

__attribute__((constructor)) static void map(void) {
  const char *path = getenv("FROZEN_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) offsets = mapped;
  close(file);
}

static void shift(struct timespec *time, int64_t nanoseconds) {
  int64_t sum = time->tv_sec * 1000000000LL + time->tv_nsec + nanoseconds;
  time->tv_sec = sum / 1000000000LL;
  time->tv_nsec = sum % 1000000000LL;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = syscall(SYS_clock_gettime, clock, time);
  if (result || !offsets) return result;
  if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW) {
    shift(time, -offsets[0]);
  } else if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
    shift(time, offsets[1]);
  }
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}
