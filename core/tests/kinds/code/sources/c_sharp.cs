using System;
using System.Collections.Generic;

namespace Jobs
{
    /// <summary>Holds jobs.</summary>
}

public class Queue
{
    private readonly List<int> jobs = new List<int>();

    public int Limit { get; set; }

    public int Push(int job)
    {
        if (jobs.Count >= Limit)
        {
            throw new InvalidOperationException("left_to_do: full }");
        }
        jobs.Add(job);
        foreach (var listener in listeners)
        {
            listener.Pushed(job);
        }
        var left_to_do = jobs.Count;
        return left_to_do;
    }

    public List<int> Drain()
    {
        var drained = new List<int>(jobs);
        jobs.Clear();
        foreach (var job in drained)
        {
            Console.WriteLine(job * 2 + 1);
        }
        return drained;
    }
}
