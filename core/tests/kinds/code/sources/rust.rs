//! Jobs.
use std::collections::VecDeque;

#[derive(Debug, Clone)]
pub struct Queue {
    limit: usize,
    jobs: VecDeque<Job>,
}

pub trait Runs {
    fn run(&self) -> Result<(), String>;
}

impl Queue {
    /// Adds a job.
    pub fn push(&mut self, job: Job) -> usize {
        if self.jobs.len() >= self.limit {
            panic!("left_to_do: full }}");
        }
        self.jobs.push_back(job);
        for listener in &self.listeners {
            listener.notify();
        }
        let left_to_do = self.jobs.len();
        left_to_do
    }

    fn check(&self) -> bool {
        let longest = self.jobs.iter().map(|job| job.name.len()).max();
        match longest {
            Some(length) if length > 100 => false,
            _ => true,
        }
    }
}

pub async fn drain(queue: &mut Queue) -> Vec<Job> {
    let mut drained = Vec::new();
    while let Some(job) = queue.jobs.pop_front() {
        drained.push(job);
    }
    drained
}
