/* Preloaded into a process, makes its wall clock jump: the file that CLOCK_OFFSET names holds the seconds to add. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    const char *name = getenv("CLOCK_OFFSET");
    FILE *file = clock == CLOCK_REALTIME && name ? fopen(name, "r") : NULL;
    long offset = 0;
    if (file) {
        if (fscanf(file, "%ld", &offset) != 1)
            offset = 0;
        fclose(file);
    }
    now->tv_sec += offset;
    return result;
}
