package jobs;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds jobs until somebody drains it.
 * It is not safe for use by several threads.
 */
public class Queue {
    private static final int LIMIT = 10;
    private final List<Job> jobs = new ArrayList<>();

    public Queue() {
        this.listeners = new ArrayList<>();
        this.created = System.currentTimeMillis();
    }

    @Override
    public int push(Job job) {
        if (jobs.size() >= LIMIT) {
            throw new IllegalStateException("left_to_do: full }");
        }
        jobs.add(job);
        for (Listener listener : listeners) {
            listener.pushed(job);
        }
        int left_to_do = jobs.size();
        return left_to_do;
    }

    public List<Job> drain() {
        List<Job> drained = new ArrayList<>(jobs);
        jobs.clear();
        for (Job job : drained) {
            job.run();
        }
        return drained;
    }
}
