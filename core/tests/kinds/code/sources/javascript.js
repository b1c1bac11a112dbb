// A queue of jobs.
const { EventEmitter } = require('node:events')

/**
 * Holds jobs until somebody drains it.
 * It is bounded, so that a slow reader is noticed.
 *
 * @example new Queue(3)
 */
class Queue {
  static limit = 10

  push(job) {
    if (this.jobs.length >= Queue.limit) {
      throw new Error('left_to_do: the queue is } full')
    }
    this.jobs.push(job)
    this.emitter.emit('pushed', job)
    this.history.push({ job, at: Date.now() })
    return this.left_to_do.length
  }

  #hidden() {
    const names = this.jobs.map((job) => job.name)
    return names.filter((name) => name.startsWith('left'))
  }
}

export const drain = async (queue) => {
  const drained = []
  while (queue.jobs.length) {
    drained.push(queue.jobs.shift())
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return drained
}

const TABLE = {
  first: 1,
  second: 2,
  third: { fourth: 4 },
}

export default Queue
