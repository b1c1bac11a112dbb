-- now, whether of a view that is remembered, name of a field, SHA-1 of its value, other value. Returns
-- whether it was changed.
local problem = load()
if problem then return problem end
save()
local hash = ARGV[2] == '1' and seen or data
local value = call('HGET', hash, ARGV[3])
if not value or redis.sha1hex(value) ~= ARGV[4] then return 0 end
call('HSET', hash, ARGV[3], ARGV[5])
return 1
