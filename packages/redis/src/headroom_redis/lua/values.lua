-- now, names of fields. Returns their values.
local problem = problem_of(call('HGET', data, 's'))
if problem then return problem end
local names = {}
for i = 2, #ARGV do names[#names + 1] = ARGV[i] end
return call('HMGET', data, unpack(names))
