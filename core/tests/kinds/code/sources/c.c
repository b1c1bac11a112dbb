#ifndef QUEUE_C
#define QUEUE_C

#include <stdlib.h>
#include "queue.h"

#define LIMIT 10

struct queue {
    int *jobs;
    size_t length;
};

typedef int (*handler)(int job);

/* Adds a job. */
int queue_push(struct queue *q, int job)
{
    if (q->length >= LIMIT) {
        log_error("left_to_do: full }");
        return -1;
    }
    q->jobs = realloc(q->jobs, (q->length + 1) * sizeof(int));
    q->jobs[q->length++] = job;
    size_t left_to_do = q->length;
    return (int)left_to_do;
}

static void shrink(struct queue *q)
{
    while (q->length > 0 && q->jobs[q->length - 1] == 0) {
        q->length--;
    }
    q->jobs = realloc(q->jobs, q->length * sizeof(int));
}

size_t queue_drain(struct queue *q, handler h)
{
    size_t drained = 0;
    for (size_t i = 0; i < q->length; i++) {
        if (h(q->jobs[i]) == 0) {
            drained++;
        }
    }
    shrink(q);
    return drained;
}

#endif
