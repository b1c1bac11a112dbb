// Package jobs holds jobs.
package jobs

import "errors"

// ErrFull says that there is no room.
var ErrFull = errors.New("full")

type Job interface {
	Run() error
}

// Queue holds jobs until somebody drains it.
// It is not safe for use by several goroutines.
type Queue struct {
	limit int
	jobs  []Job
}

// Push adds a job.
func (q *Queue) Push(job Job) int {
	if len(q.jobs) >= q.limit {
		panic("left_to_do: full }")
	}
	q.jobs = append(q.jobs, job)
	left_to_do := len(q.jobs)
	for _, listener := range q.listeners {
		listener(job)
	}
	return left_to_do
}

func (q *Queue) Drain() ([]Job, error) {
	drained := q.jobs
	q.jobs = nil
	for _, job := range drained {
		if err := job.Run(); err != nil {
			return nil, err
		}
	}
	return drained, nil
}
