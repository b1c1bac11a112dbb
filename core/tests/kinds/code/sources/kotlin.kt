package jobs

import java.time.Instant

/** Holds jobs. */
class Queue(private val limit: Int) {
    private val jobs = mutableListOf<String>()
    val created: Instant = Instant.now()

    companion object {
        const val LIMIT = 10
    }

    init {
        println("a queue for $limit jobs was made at $created, and it is empty")
        println("it will not be so for long")
    }

    fun push(job: String): Int {
        if (jobs.size >= limit) {
            throw IllegalStateException("left_to_do: full")
        }
        jobs.add(job)
        jobs.forEach { one ->
            println("there is $one")
        }
        val left_to_do = jobs.size
        return left_to_do
    }

    private fun forget(): List<String> {
        val all = jobs.toList()
        jobs.clear()
        println("forgot everything there was at " + Instant.now())
        return all
    }
}

interface Listener {
    fun pushed(job: String)
}

fun String.queued(): Queue {
    val queue = Queue(Queue.LIMIT)
    queue.push(this)
    println("queued $this in a queue of its own, which was made for it alone")
    return queue
}
