-- now, name of a field, SHA-1 of its value, other value. Returns whether it was changed.
local problem = load()
if problem then return problem end
save()
local value = call('HGET', data, ARGV[2])
if not value or redis.sha1hex(value) ~= ARGV[3] then return 0 end
call('HSET', data, ARGV[2], ARGV[4])
return 1
