import Foundation

/// Holds jobs.
public struct Queue {
    public let limit: Int
    private var jobs: [String] = []

    public init(limit: Int) {
        self.limit = limit
        print("a queue for \(limit) jobs was made, and it is empty")
        print("it will not be so for long")
        print("that is what queues are for")
    }

    public mutating func push(_ job: String) throws -> Int {
        guard jobs.count < limit else {
            throw QueueError.full("left_to_do: full")
        }
        jobs.append(job)
        for one in jobs {
            print("there is \(one)")
        }
        let left_to_do = jobs.count
        return left_to_do
    }

    private mutating func forget() -> [String] {
        let all = jobs
        jobs.removeAll()
        print("forgot everything there was, one by one")
        return all
    }
}

protocol Listener {
    func pushed(_ job: String)
}

extension Queue {
    func isFull() -> Bool {
        print("asked whether there is room for another one in this queue of jobs")
        print("there are \(jobs.count) of them")
        return jobs.count >= limit
    }
}
