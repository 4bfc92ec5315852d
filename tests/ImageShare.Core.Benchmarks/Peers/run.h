/*
 * What all peers share: the way they are run and timed.
 *
 * Usage: PROGRAM WORK COUNT FILE [PLACE...]
 * Does the work COUNT times on the text in FILE and prints one line of JSON: the CPU time of one time in nanoseconds. Before each time four octal
 * digits of a counter are written at each PLACE, an offset in the text, as the library's side does it.
 */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The text ends in a NUL. Returns something that depends on the result, and 0 if it failed. */
typedef size_t (*work_function)(const char *text, size_t length);

typedef struct {
    const char *name;
    work_function run;
} peer_work;

static double cpu_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void vary(char *text, size_t length, unsigned number, char **places)
{
    for (; *places != NULL; places++) {
        size_t place = (size_t)atol(*places);
        for (int i = 0; i < 4 && place + 4 <= length; i++)
            text[place + i] = (char)('0' + ((number >> (3 * i)) & 7));
    }
}

static int run_peer(int argc, char **argv, const peer_work *works)
{
    static char text[65536];
    FILE *file = argc >= 4 ? fopen(argv[3], "rb") : NULL;
    work_function run = NULL;
    for (; file != NULL && works->name != NULL; works++)
        run = strcmp(works->name, argv[1]) == 0 ? works->run : run;
    if (run == NULL) {
        fprintf(stderr, "usage: WORK COUNT FILE [PLACE...]\n");
        return 2;
    }
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    long count = atol(argv[2]);

    /* The first tenth only warms up. */
    size_t sum = 0;
    double start = 0;
    for (long i = -count / 10; i < count; i++) {
        if (i == 0)
            start = cpu_nanoseconds();
        vary(text, length, (unsigned)(i + count), argv + 4);
        size_t result = run(text, length);
        if (result == 0) {
            fprintf(stderr, "%s: the text was not read\n", argv[1]);
            return 1;
        }
        sum += result;
    }
    printf("{\"nanoseconds\":%.1f,\"sum\":%zu}\n", (cpu_nanoseconds() - start) / (double)count, sum);
    return 0;
}

#endif
