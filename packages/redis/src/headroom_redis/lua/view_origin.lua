-- Of the keys, this has data and seen only. now, view reference. Returns the reference, or nothing.
local problem = problem_of(call('HGET', data, 's'))
if problem then return problem end
return call('HGET', KEYS[2], ARGV[2])
