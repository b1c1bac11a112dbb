"""The examples that frameworks bring, each in a process of its own, before a model of ours."""
