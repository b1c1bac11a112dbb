import { EventEmitter } from 'node:events';

/** What a queue holds. */
export interface Job {
  id: string;
  run(): Promise<void>;
}

type Handler = (job: Job) => void;

export enum State {
  Waiting,
  Running,
}

export abstract class Queue<T extends Job = Job> extends EventEmitter {
  private readonly jobs: T[] = [];

  constructor(private limit: number) {
    super();
    this.setMaxListeners(limit);
    this.on('error', (error: Error) => console.error(error.message));
  }

  push(job: Job): number {
    if (this.jobs.length >= this.limit) {
      throw new Error(`left_to_do: no room for ${job.id}`);
    }
    this.jobs.push(job as T);
    this.emit('pushed', job);
    return this.left_to_do().length;
  }

  abstract drain(): Promise<T[]>;
}

export async function drainAll(queues: Queue[], handler: Handler): Promise<void> {
  for (const queue of queues) {
    for (const job of await queue.drain()) {
      handler(job);
      await job.run();
    }
  }
}
