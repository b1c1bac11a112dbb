# frozen_string_literal: true

require 'set'

module Jobs
  # Holds jobs.
  class Queue
    LIMIT = 10
    attr_reader :jobs

    def initialize(limit)
      @limit = limit
      @jobs = []
      @seen = Set.new
      @created = Time.now
    end

    def push(job)
      raise ArgumentError, 'left_to_do: full' if @jobs.size >= @limit

      @jobs << job
      @listeners.each do |listener|
        listener.pushed(job)
      end
      left_to_do = @jobs.size
      left_to_do + 0
    end

    def drain
      drained = @jobs.dup
      @jobs.clear
      drained.each do |job|
        puts "drained #{job} at #{Time.now}"
      end
      drained
    end
  end
end
