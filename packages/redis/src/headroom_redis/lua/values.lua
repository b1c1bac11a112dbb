-- now, whether of views that are remembered, names of fields. Returns their values.
local problem = problem_of(call('HGET', data, 's'))
if problem then return problem end
local names = {}
for i = 3, #ARGV - 2 do names[#names + 1] = ARGV[i] end
return call('HMGET', ARGV[2] == '1' and seen or data, unpack(names))
