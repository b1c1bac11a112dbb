-- Holds jobs.
local log = require "log"

local Queue = {}
Queue.LIMIT = 10

-- Makes a queue.
function Queue.new(limit)
  local self = setmetatable({}, { __index = Queue })
  self.limit = limit or Queue.LIMIT
  self.jobs = {}
  self.listeners = {}
  return self
end

function Queue:push(job)
  if #self.jobs >= self.limit then
    error("left_to_do: full")
  end
  table.insert(self.jobs, job)
  for _, listener in ipairs(self.listeners) do
    listener.pushed(job)
  end
  local left_to_do = #self.jobs
  return left_to_do
end

Queue.drain = function(self)
  local drained = self.jobs
  self.jobs = {}
  for _, job in ipairs(drained) do
    log.info("drained " .. job .. " at " .. os.time())
  end
  return drained
end

local function forget(jobs)
  for index in pairs(jobs) do
    jobs[index] = nil
  end
  log.info("forgot all of them, one by one")
  return jobs
end

return Queue
