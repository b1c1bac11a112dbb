<?php

namespace Jobs;

use InvalidArgumentException;

/**
 * Holds jobs until somebody drains it.
 * It is bounded.
 */
class Queue
{
    private array $jobs = [];

    public function __construct(private int $limit)
    {
        $this->listeners = [];
        $this->created = time();
        $this->history = ['created' => $this->created];
    }

    public function push(int $job): int
    {
        if (count($this->jobs) >= $this->limit) {
            throw new InvalidArgumentException('left_to_do: full }');
        }
        $this->jobs[] = $job;
        foreach ($this->listeners as $listener) {
            $listener->pushed($job);
        }
        $left_to_do = count($this->jobs);
        return $left_to_do;
    }

    public function drain(): array
    {
        $drained = $this->jobs;
        $this->jobs = [];
        foreach ($drained as $job) {
            echo "drained {$job}\n";
        }
        return $drained;
    }
}
